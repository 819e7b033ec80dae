/**
 * Who may touch a model's memory when. `fit` has it for itself, but for its callbacks, in which everything that only
 * reads is allowed. Evaluations and predictions off the main thread wait for one another; while one of them runs
 * nothing may write.
 */
import { stateError } from '../errors.ts';

export interface Lock {
  /** Whether a `fit` has begun and not ended. */
  fitting: boolean;
  /** Whether that `fit` is waiting for a callback: no thread runs. */
  inCallback: boolean;
  /** Evaluations and predictions begun and not ended. */
  reads: number;
  /** Settles when the last of them has ended; never rejects. */
  lastRead: Promise<unknown>;
}

export const createLock = (): Lock => ({ fitting: false, inCallback: false, reads: 0, lastRead: Promise.resolve() });

const busy = (method: string, why: string) => stateError('ERR_PLUMMET_BUSY', `${method}: ${why}`);

/** @throws `ERR_PLUMMET_BUSY` where weights may not be read now. */
export function assertReadable(lock: Lock, method: string): void {
  if (lock.fitting && !lock.inCallback) {
    throw busy(method, 'the model is being trained; await the fit first, or do this in one of its callbacks');
  }
}

/** @throws `ERR_PLUMMET_BUSY` where weights may not be written now. */
export function assertWritable(lock: Lock, method: string): void {
  if (lock.fitting) {
    throw busy(
      method,
      `the model is being trained; await the fit first${lock.inCallback ? ' (its callbacks may read, not write)' : ''}`,
    );
  }
  if (lock.reads > 0) throw busy(method, 'the model is evaluating or predicting; await that first');
}

/** Runs `read` when all reads begun before have ended. */
export async function reading<T>(lock: Lock, method: string, read: () => Promise<T>): Promise<T> {
  assertReadable(lock, method);
  lock.reads++;
  const result = lock.lastRead.then(read);
  lock.lastRead = result.catch(() => undefined);
  try {
    return await result;
  } finally {
    lock.reads--;
  }
}

/** Lets a callback run, and then waits for whatever reading it has begun and not awaited. */
export async function inCallback<T>(lock: Lock, call: () => T | Promise<T>): Promise<T> {
  lock.inCallback = true;
  try {
    return await call();
  } finally {
    while (lock.reads > 0) await lock.lastRead;
    lock.inCallback = false;
  }
}
