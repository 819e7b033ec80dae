/** Evaluation and prediction off the main thread. */
import { isDataset } from '../data/create.ts';
import { checkOptions, positiveInteger } from '../errors.ts';
import { sharedDoubles, sharedFloats } from '../memory.ts';
import type { Lowered } from '../plan/lower.ts';
import { type Pass, type Run, status } from '../plan/plan.ts';
import type { Tensor } from '../tensor.ts';
import { type AveragedOption, evaluatedBy, wantsAverage } from './averaged.ts';
import { type Callbacks, noCallbacks } from './callbacks.ts';
import { type Compiled, executorOf } from './compile.ts';
import { type Core, compiledOf, networkOf, outputFor, scratchFor } from './core.ts';
import { type Logs, meansOf } from './history.ts';
import {
  checkSource,
  datasetInputs,
  datasetPair,
  inputRows,
  optionsBehind,
  pair,
  type Source,
  type Wanted,
} from './inputs.ts';
import { assertReadable, reading } from './lock.ts';
import { planFor } from './plans.ts';
import { type Brake, call, createControl, failure, MAX_STEPS, type Position } from './run.ts';

export interface EvaluateOptions extends AveragedOption {
  /** Rows at a time; default 32. The result does not depend on it. */
  batchSize?: number;
}

export interface PredictOptions extends AveragedOption {
  /** Rows at a time; default 32. The result does not depend on it. */
  batchSize?: number;
}

/** What the model expects of x and y. */
export function wantedBy(core: Core, { loss }: Compiled): Wanted {
  const { inputs, outputs } = networkOf(core);
  return { inputs, outputs, targets: loss.targets };
}

export const passOf = ({ plan }: Lowered, { x, y, rows }: Source, batchSize: number): Pass => ({
  plan,
  x,
  y,
  rows,
  batchSize,
});

const nothing = sharedFloats(0);

/** What a run needs besides its pass, when it only reads weights. */
export function readOnlyRun(
  core: Core,
  params: Float32Array,
  pass: Pass,
  scratch: Float32Array,
  totals: Float64Array,
  output: Float32Array | null,
): Run {
  return {
    pass,
    shuffle: null,
    evaluation: null,
    params,
    state: core.state,
    scratch,
    totals,
    output,
    rows: null,
    scalars: nothing,
    scalarsStride: 0,
    history: null,
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: 1,
    maxSteps: MAX_STEPS,
    control: createControl(),
  };
}

/**
 * Means of loss and metrics over a source, with the test hooks on the way. Whoever calls it has seen to it that nobody
 * writes.
 *
 * @param averaged - whether it is the averages of the weights that are tested
 * @param brake - stops it early; the means are then of what was done
 */
export async function test(
  core: Core,
  compiled: Compiled,
  source: Source,
  batchSize: number,
  callbacks: Callbacks,
  who: string,
  averaged: boolean,
  brake: Brake | null,
): Promise<Logs> {
  const { keys, executor } = compiled;
  const network = networkOf(core);
  const size = Math.min(batchSize, source.rows);
  const lowered = planFor(core.plans, network, compiled, 'evaluate', size, source.bytes);
  const totals = sharedDoubles(keys.length);
  const perBatch = callbacks.listens('onTestBatchBegin', 'onTestBatchEnd');
  const done = ({ epoch, batch }: Position): number => (epoch > 0 ? source.rows : Math.min(source.rows, batch * size));
  const params = await evaluatedBy(core, who, averaged);
  const base = readOnlyRun(core, params, passOf(lowered, source, size), core.background.scratch, totals, null);

  await callbacks.call('onTestBegin', null);
  let at: Position = { epoch: 0, batch: 0 };
  while (at.epoch === 0) {
    const { batch } = at;
    if (perBatch) await callbacks.call('onTestBatchBegin', batch);
    const run: Run = {
      ...base,
      scratch: scratchFor(core.background, [lowered]),
      firstBatch: batch,
      maxSteps: perBatch ? 1 : MAX_STEPS,
    };
    const result = await call(executor, run, brake);
    at = result.at;
    if (result.status === status.aborted) return meansOf(keys, totals, 0, done(at));
    if (result.status !== status.done) throw failure(who, result.status, [source], network.outputs);
    if (perBatch) await callbacks.call('onTestBatchEnd', batch, meansOf(keys, totals, 0, done(at)));
  }
  const logs = meansOf(keys, totals, 0, done(at));
  await callbacks.call('onTestEnd', null, logs);
  return logs;
}

export async function evaluate(core: Core, x: unknown, y: unknown, given: unknown): Promise<Logs> {
  const who = 'evaluate';
  assertReadable(core.lock, who);
  const compiled = compiledOf(core, who);
  const options = checkOptions(who, optionsBehind(who, x, y, given), ['batchSize', 'averaged']);
  const averaged = wantsAverage(core, who, options.averaged);
  const batchSize = positiveInteger(who, 'batchSize', options.batchSize ?? 32);
  const wanted = wantedBy(core, compiled);
  const source = isDataset(x) ? datasetPair(who, x, wanted) : pair(who, x, y, wanted, 'shared');
  return reading(core.lock, who, async () => {
    await checkSource(who, source, wanted.outputs);
    return test(core, compiled, source, batchSize, noCallbacks, who, averaged, null);
  });
}

export async function predict(core: Core, x: unknown, given: unknown): Promise<Tensor<Float32Array>> {
  const who = 'predict';
  assertReadable(core.lock, who);
  const network = networkOf(core);
  const executor = executorOf(core);
  const options = checkOptions(who, given, ['batchSize', 'averaged']);
  const averaged = wantsAverage(core, who, options.averaged);
  const batchSize = positiveInteger(who, 'batchSize', options.batchSize ?? 32);
  const source: Source = isDataset(x)
    ? datasetInputs(who, x, network.inputs)
    : { ...inputRows(who, x, network.inputs, 'shared'), y: null, bytes: null, checked: true };
  const size = Math.min(batchSize, source.rows);
  return reading(core.lock, who, async () => {
    const lowered = planFor(core.plans, network, core.compiled, 'predict', size, source.bytes);
    const scratch = scratchFor(core.background, [lowered]);
    const output = outputFor(core.background, source.rows * network.outputs);
    const params = await evaluatedBy(core, who, averaged);
    const run = readOnlyRun(core, params, passOf(lowered, source, size), scratch, sharedDoubles(0), output);
    const { status: ended } = await call(executor, run, null);
    if (ended !== status.done) throw failure(who, ended, [], network.outputs);
    return { data: new Float32Array(output), shape: [source.rows, network.outputs] };
  });
}
