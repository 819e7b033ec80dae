/** One `fit` under way: what it trains on, with what, and one call of the executor for it. */

import { sharedDoubles, sharedFloats, sharedInts } from '../memory.ts';
import { type Lowered, lowerShuffle } from '../plan/lower.ts';
import type { Network } from '../plan/network.ts';
import { control, type Plan, type Run, status } from '../plan/plan.ts';
import { wantsAverage } from './averaged.ts';
import type { Callbacks } from './callbacks.ts';
import type { Compiled } from './compile.ts';
import { type Core, networkOf, scratchFor } from './core.ts';
import { passOf } from './evaluate.ts';
import type { ReadFitOptions } from './fit-options.ts';
import { type Logs, meansOf } from './history.ts';
import type { Source } from './inputs.ts';
import { planFor } from './plans.ts';
import type { Standing } from './progress.ts';
import { type Brake, call, createControl, failure, MAX_STEPS, type Position } from './run.ts';
import { createTables, type Tables } from './tables.ts';

/** Epochs that one call spans at most: each has a row of results. */
const HISTORY_ROWS = 4096;
/** Steps whose scalars are made ahead where a callback may change the learning rate after each. */
const ROWS_PER_BATCH_CALL = 64;

/** Floats that are copied rather than pointed to: 4 KB. */
const FEW_SCALARS = 1024;

export interface Job {
  readonly core: Core;
  readonly compiled: Compiled;
  readonly network: Network;
  readonly options: ReadFitOptions;
  readonly callbacks: Callbacks;
  readonly training: Source;
  readonly validation: Source | null;
  readonly batchSize: number;
  readonly batches: number;
  /** JavaScript runs after each batch, after each epoch. */
  readonly perBatch: boolean;
  readonly perEpoch: boolean;
  /** Whether validation is part of the call that trains, rather than a call of its own. */
  readonly inline: boolean;
  /** Whether it is the averages of the weights that are validated. */
  readonly averaged: boolean;
  /**
   * Epochs are counted over the model's life, since the order of rows follows from the count: the first, and one past
   * the last.
   */
  readonly first: number;
  readonly end: number;
  readonly brake: Brake;
  /** A validation is carried to its end also where training was asked to stop; only the signal cuts it short. */
  readonly testBrake: Brake;
  readonly tables: Tables;
  readonly lowered: Lowered;
  readonly evaluated: Lowered | null;
  readonly shuffle: Plan | null;
  readonly order: Int32Array | null;
  readonly totals: Float64Array;
  readonly history: Float64Array;
  /** Scalars of calls of few steps: always in the same place, so that nothing of such a call is bound anew. */
  readonly scalars: Float32Array;
  readonly control: Int32Array;
  /** The epoch that row 0 of `history` belongs to, while a call runs. */
  calling: number | null;
}

export function createJob(
  core: Core,
  compiled: Compiled,
  options: ReadFitOptions,
  callbacks: Callbacks,
  training: Source,
  validation: Source | null,
): Job {
  const network = networkOf(core);
  const { keys, optimizer } = compiled;
  const batchSize = Math.min(options.batchSize, training.rows);
  const perBatch = callbacks.listens('onBatchBegin', 'onBatchEnd', 'onTrainBatchBegin', 'onTrainBatchEnd');
  const tested = callbacks.listens('onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd');
  const averaged = validation !== null && wantsAverage(core, 'fit', options.averaged);
  const purpose = optimizer.search ? 'measure' : 'train';
  const inline =
    validation !== null && !optimizer.search && !averaged && !perBatch && !tested && options.validationFreq === 1;
  const perEpoch =
    perBatch ||
    callbacks.listens('onEpochBegin', 'onEpochEnd') ||
    (validation !== null && !inline) ||
    optimizer.plateaus.length > 0;
  const lowered = planFor(core.plans, network, compiled, purpose, batchSize, training.bytes);
  const evaluated = inline
    ? planFor(
        core.plans,
        network,
        compiled,
        'evaluate',
        Math.min(options.validationBatchSize, validation.rows),
        validation.bytes,
        lowered,
      )
    : null;
  const epochs = Math.max(0, options.epochs - options.initialEpoch);
  const width = keys.length * (inline ? 2 : 1);
  const { signal } = options;
  return {
    core,
    compiled,
    network,
    options,
    callbacks,
    training,
    validation,
    batchSize,
    batches: Math.ceil(training.rows / batchSize),
    perBatch,
    perEpoch,
    inline,
    averaged,
    first: core.epochs,
    end: core.epochs + epochs,
    brake: { pulled: () => core.stop || signal?.aborted === true, running: null },
    testBrake: { pulled: () => signal?.aborted === true, running: null },
    tables: createTables(optimizer, lowered.plan.sizes.scalars),
    lowered,
    evaluated,
    shuffle: options.shuffle ? lowerShuffle(training.rows, options.seed) : null,
    order: options.shuffle ? sharedInts(training.rows) : null,
    totals: sharedDoubles(width),
    history: sharedDoubles(width * (perEpoch ? 1 : Math.min(Math.max(1, epochs), HISTORY_ROWS))),
    scalars: sharedFloats(FEW_SCALARS),
    control: createControl(),
    calling: null,
  };
}

/** The number of an epoch as users count them. */
export const numberOf = (job: Job, epoch: number): number => epoch - job.first + job.options.initialEpoch;

/** Rows of the epoch that so many batches have seen. */
const rowsSeen = ({ training, batchSize }: Job, batch: number): number => Math.min(training.rows, batch * batchSize);

/** Means over the epoch so far. */
export const logsSoFar = (job: Job, batch: number): Logs =>
  meansOf(job.compiled.keys, job.totals, 0, rowsSeen(job, batch));

/** The logs of an epoch that a call beginning in `from` has ended. */
function logsOf(job: Job, from: number, epoch: number): Logs {
  const { compiled, history, totals, training, validation, inline } = job;
  const row = history.subarray((epoch - from) * totals.length);
  return {
    ...meansOf(compiled.keys, row, 0, training.rows),
    ...(inline && validation ? meansOf(compiled.keys, row, compiled.keys.length, validation.rows, 'val_') : {}),
  };
}

/** For the progress bar, while a call runs. */
export function standing(job: Job): Standing | null {
  const { calling, control: words } = job;
  if (calling === null) return null;
  const epoch = Atomics.load(words, control.epoch);
  const batch = Atomics.load(words, control.batch);
  const ended = Array.from({ length: Math.max(0, epoch - calling) }, (_, i) => ({
    epoch: numberOf(job, calling + i),
    logs: logsOf(job, calling, calling + i),
  }));
  return { epoch: numberOf(job, epoch), batch, logs: logsSoFar(job, batch), ended };
}

/** How far one call may go. */
export interface Reach {
  readonly endEpoch: number;
  readonly steps: number;
}

/** From here to the end of what may be done without JavaScript. */
export function reachFrom(job: Job, at: Position): Reach {
  const { batches, end, perBatch, perEpoch } = job;
  const endEpoch = perEpoch ? at.epoch + 1 : Math.min(end, at.epoch + HISTORY_ROWS);
  return { endEpoch, steps: perBatch ? 1 : (endEpoch - at.epoch) * batches - at.batch };
}

/**
 * One call. Returns where it stands and the logs of the epochs it has ended.
 *
 * @throws the signal's reason when it is aborted; `ERR_PLUMMET_LABEL`, `ERR_PLUMMET_ROW`. The steps done until then
 * stay done.
 */
export async function advance(
  job: Job,
  from: Position,
): Promise<{ at: Position; ended: { epoch: number; logs: Logs }[] }> {
  const { core, compiled, options, training, validation, network, tables } = job;
  const reach = reachFrom(job, from);
  const left = (job.end - from.epoch) * job.batches - from.batch;
  const ahead = (steps: number): number =>
    Math.min(steps, MAX_STEPS, job.perBatch ? ROWS_PER_BATCH_CALL : Number.POSITIVE_INFINITY);
  const table = await tables.take(core.step + 1, ahead(job.perBatch ? left : reach.steps));
  options.signal?.throwIfAborted();

  const steps = Math.min(table.count, reach.steps, MAX_STEPS);
  const plans = job.evaluated ? [job.lowered, job.evaluated] : [job.lowered];
  const row = job.lowered.plan.sizes.scalars;
  const few = table.stride > 0 && steps * row <= job.scalars.length;
  if (few) job.scalars.set(table.scalars.subarray(0, steps * row));
  const run: Run = {
    pass: passOf(job.lowered, training, job.batchSize),
    shuffle: job.shuffle,
    evaluation:
      job.evaluated && validation
        ? passOf(job.evaluated, validation, Math.min(options.validationBatchSize, validation.rows))
        : null,
    params: core.params,
    state: core.state,
    scratch: scratchFor(core.background, plans),
    totals: job.totals,
    output: null,
    rows: job.order,
    scalars: few ? job.scalars : table.scalars,
    scalarsStride: table.stride,
    history: job.history,
    firstEpoch: from.epoch,
    firstBatch: from.batch,
    endEpoch: reach.endEpoch,
    maxSteps: steps,
    control: job.control,
  };
  job.calling = from.epoch;
  const calling = call(compiled.executor, run, job.brake);
  const expected = Math.floor(steps / (compiled.optimizer.gate?.batches ?? 1));
  tables.prepare(core.step + 1 + expected, ahead(Math.min(left - steps, job.perEpoch ? job.batches : left)));
  const {
    status: ended,
    at,
    advanced,
    skipped,
  } = await calling.finally(() => {
    job.calling = null;
  });
  core.step += advanced;
  core.skipped += skipped;
  core.epochs = at.epoch;
  if (ended !== status.done && ended !== status.aborted) {
    throw failure('fit', ended, [training, validation], network.outputs);
  }
  options.signal?.throwIfAborted();
  const logs = Array.from({ length: at.epoch - from.epoch }, (_, i) => ({
    epoch: from.epoch + i,
    logs: logsOf(job, from.epoch, from.epoch + i),
  }));
  return { at, ended: logs };
}
