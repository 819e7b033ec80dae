/** A thread of the reference executor: walks the runs that it is sent, as one of a team. */
import { parentPort } from 'node:worker_threads';
import { bind, walk } from './execute.ts';
import type { Run } from './plan.ts';
import { alone, breakUp, createTeam } from './team.ts';

/** What a thread is sent. */
export interface Assignment {
  readonly run: Run;
  readonly thread: number;
  readonly threads: number;
  /** Shared by the team; a new one for each run. */
  readonly barrier: Int32Array;
  readonly threshold: number;
}

/** What it answers: the status in which the run ended, or what went wrong. */
export type Answer = { readonly status: number } | { readonly error: unknown };

parentPort?.on('message', ({ run, thread, threads, barrier, threshold }: Assignment) => {
  let answer: Answer;
  try {
    const team = threads === 1 ? alone() : createTeam(barrier, thread, threads);
    answer = { status: walk(bind(run, 'float32', threshold), team) };
  } catch (error) {
    breakUp(barrier);
    answer = { error };
  }
  parentPort?.postMessage(answer);
});
