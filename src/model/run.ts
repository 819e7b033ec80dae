/** One call of an executor off the main thread, and what its end means. */
import { describe, rangeError, stateError } from '../errors.ts';
import { sharedInts } from '../memory.ts';
import { control, type Executor, type Run, status } from '../plan/plan.ts';
import type { Source } from './inputs.ts';

/** Steps that one call does at most: its counter has 32 bits. */
export const MAX_STEPS = 1073741824;

/** Where a walk over epochs and batches stands: what comes next. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
}

export const createControl = (): Int32Array => sharedInts(16);

/** Sets the control words for a call that begins there. The abort flag is cleared. */
export function resetControl(words: Int32Array, { epoch, batch }: Position): void {
  words.fill(0);
  words[control.epoch] = epoch;
  words[control.batch] = batch;
}

/** What can stop the calls of one `fit`: a signal, or `model.stopTraining`. */
export interface Brake {
  /** Whether it has been asked to stop. */
  pulled(): boolean;
  /** The control words of the call that runs now. */
  running: Int32Array | null;
}

/** Asks the call that runs now, if any, to stop before its next batch. */
export function interrupt(brake: Brake | null): void {
  if (brake?.running) Atomics.store(brake.running, control.abort, 1);
}

export interface Outcome {
  readonly status: number;
  readonly at: Position;
  /** Steps of the optimizer that were done, and that were skipped. */
  readonly advanced: number;
  readonly skipped: number;
}

/** Runs until the end, a stop or an error, and says where it stands and how many steps were done. */
export async function call(executor: Executor, run: Run, brake: Brake | null): Promise<Outcome> {
  const words = run.control;
  resetControl(words, { epoch: run.firstEpoch, batch: run.firstBatch });
  if (brake) brake.running = words;
  if (brake?.pulled()) interrupt(brake);
  try {
    const ended = await executor.start(run);
    const at = { epoch: Atomics.load(words, control.epoch), batch: Atomics.load(words, control.batch) };
    const advanced = Atomics.load(words, control.advanced);
    return { status: ended, at, advanced, skipped: Atomics.load(words, control.skipped) };
  } finally {
    if (brake) brake.running = null;
  }
}

/**
 * The error for a run that met a row or a label that does not exist: somebody wrote to shared memory, or no one had
 * looked.
 */
export function failure(who: string, ended: number, sources: readonly (Source | null)[], classes: number): Error {
  if (ended === status.badLabel) {
    for (const source of sources) {
      const labels = source?.y;
      if (!(labels instanceof Int32Array)) continue;
      const row = labels.subarray(0, source?.rows).findIndex((label) => label < 0 || label >= classes);
      if (row < 0) continue;
      return rangeError(
        'ERR_PLUMMET_LABEL',
        `${who}: the label of row ${row} is ${describe(labels[row])}; the model has ${classes} outputs, so labels are integers from 0 to ${classes - 1}`,
      );
    }
    return rangeError(
      'ERR_PLUMMET_LABEL',
      `${who}: a label was out of range; labels are integers from 0 to ${classes - 1}`,
    );
  }
  if (ended === status.badRow) {
    return rangeError(
      'ERR_PLUMMET_ROW',
      `${who}: the order of rows named one that does not exist; do not write to memory that a fit uses`,
    );
  }
  return stateError('ERR_PLUMMET_STATE', `${who}: the run ended with status ${ended}`);
}
