/** Worker threads that run plans: as many as a run has threads, kept for the next run. */
import type { Worker } from 'node:worker_threads';
import { stateError } from '../errors.ts';
import { builtin } from '../package.ts';
import type { Run } from './plan.ts';
import { breakUp, createBarrier } from './team.ts';
import type { Answer, Assignment } from './worker.ts';

export interface Crew {
  readonly threads: number;
  /** One run at a time. */
  run(run: Run, threshold: number): Promise<number>;
  /** Whether all of its threads live. */
  whole(): boolean;
  /** Ends its threads. */
  disband(): void;
}

interface Pending {
  readonly barrier: Int32Array;
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
  status: number;
  answers: number;
}

function createWorker(): Worker {
  const { Worker } = builtin('node:worker_threads');
  // Options of this process (`--input-type` …) are not those of the worker's file.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [], name: 'plummet' });
  // An idle thread keeps no process alive.
  worker.unref();
  return worker;
}

export function createCrew(threads: number): Crew {
  const workers = Array.from({ length: threads }, createWorker);
  let pending: Pending | null = null;
  let dead = false;

  function settle(finish: (pending: Pending) => void): void {
    const settled = pending;
    if (!settled) return;
    pending = null;
    for (const worker of workers) worker.unref();
    finish(settled);
  }

  function die(cause: unknown): void {
    if (dead) return;
    dead = true;
    if (pending) breakUp(pending.barrier);
    for (const worker of workers) void worker.terminate();
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    const error = stateError(
      'ERR_PLUMMET_BACKEND',
      `a thread of the reference executor died in the middle of a run${reason}`,
      { cause },
    );
    settle(({ reject }) => reject(error));
  }

  for (const [thread, worker] of workers.entries()) {
    worker.on('error', die);
    worker.on('messageerror', die);
    worker.on('exit', (code) => die(new Error(`it exited with code ${code}`)));
    worker.on('message', (answer: Answer) => {
      if (!pending) return;
      if ('error' in answer) return die(answer.error);
      if (thread === 0) pending.status = answer.status;
      if (++pending.answers === threads) settle(({ resolve, status }) => resolve(status));
    });
  }

  return {
    threads,
    whole: () => !dead,
    run: (run, threshold) =>
      new Promise((resolve, reject) => {
        const barrier = createBarrier();
        pending = { barrier, resolve, reject, status: 0, answers: 0 };
        for (const [thread, worker] of workers.entries()) {
          worker.ref();
          worker.postMessage({ run, thread, threads, barrier, threshold } satisfies Assignment);
        }
      }),
    disband() {
      dead = true;
      for (const worker of workers) void worker.terminate();
    },
  };
}
