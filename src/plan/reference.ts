/** The reference executor as an `Executor`: on the calling thread, or on worker threads. */
import { isShared } from '../arrays.ts';
import { typeError } from '../errors.ts';
import { type Crew, createCrew } from './crew.ts';
import { bind, execute } from './execute.ts';
import type { Executor, Run } from './plan.ts';

/** A barrier costs a few microseconds, and sleeping through one some tens: work that takes less is left to one thread. */
let threshold = 65536;

/** Work (see `OpSpec.work`) below which an op is left to one thread; returns the one before. For tests: 0. */
export function setThreshold(work: number): number {
  const before = threshold;
  threshold = work;
  return before;
}

/** Crews without work, one for each number of threads; a run that finds none makes its own. */
const idle = new Map<number, Crew>();

async function withCrew(threads: number, use: (crew: Crew) => Promise<number>): Promise<number> {
  const waiting = idle.get(threads);
  idle.delete(threads);
  const crew = waiting?.whole() ? waiting : createCrew(threads);
  try {
    return await use(crew);
  } finally {
    if (idle.has(threads) || !crew.whole()) crew.disband();
    else idle.set(threads, crew);
  }
}

/** What stands in memory that only this thread can see. */
function unshared({ pass, evaluation, ...rest }: Run): string | undefined {
  const arrays = { ...rest, x: pass.x, y: pass.y, 'evaluation x': evaluation?.x, 'evaluation y': evaluation?.y };
  return Object.entries(arrays).find(([, array]) => ArrayBuffer.isView(array) && !isShared(array))?.[0];
}

export function createReferenceExecutor(threads: number): Executor {
  return {
    name: 'reference',
    isa: 'typescript',
    threads,
    run: execute,
    async start(run) {
      const name = unshared(run);
      if (name !== undefined) {
        throw typeError(
          'ERR_PLUMMET_TYPE',
          `a run on another thread: ${name} must be in a SharedArrayBuffer of fixed size`,
        );
      }
      bind(run, 'float32', threshold);
      return withCrew(threads, (crew) => crew.run(run, threshold));
    },
  };
}
