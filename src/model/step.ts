/**
 * Calls on the caller's own thread, for those who want microseconds: one batch, whose arrays are read where they are.
 */
import { isDataset } from '../data/create.ts';
import type { ByteScale } from '../data/dataset.ts';
import { typeError } from '../errors.ts';
import type { Lowered, Purpose } from '../plan/lower.ts';
import { type Pass, type Run, status } from '../plan/plan.ts';
import type { Tensor } from '../tensor.ts';
import { executorFor } from './compile.ts';
import { type Core, compiledOf, networkOf, scratchFor } from './core.ts';
import { wantedBy } from './evaluate.ts';
import { type Logs, meansOf } from './history.ts';
import { datasetPair, inputRows, pair, type Source } from './inputs.ts';
import { assertReadable, assertWritable } from './lock.ts';
import { sharedDoubles, sharedFloats } from './memory.ts';
import { planFor } from './plans.ts';
import { createControl, failure, resetControl } from './run.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a synchronous call needs besides its data: made once for a purpose and a size of batch, and used again. */
export interface Prepared {
  readonly purpose: Purpose;
  readonly size: number;
  readonly bytes: ByteScale | null;
  readonly plans: readonly Lowered[];
  readonly pass: Mutable<Pass>;
  readonly run: Mutable<Run>;
}

const CAPACITY = 8;
const start = { epoch: 0, batch: 0 };

/** The next power of two: batches of any size share a few plans. */
function sizeFor(rows: number): number {
  let size = 1;
  while (size < rows) size *= 2;
  return size;
}

function prepare(core: Core, purpose: Purpose, { rows, bytes }: Source): Prepared {
  const { prepared } = core;
  const size = sizeFor(rows);
  for (const known of prepared) {
    if (known.purpose === purpose && known.size === size && known.bytes === bytes) return known;
  }
  const lowered = planFor(core.plans, networkOf(core), core.compiled, purpose, size, bytes);
  const { plan } = lowered;
  const pass: Mutable<Pass> = { plan, x: null, y: null, rows, batchSize: rows };
  const run: Mutable<Run> = {
    pass,
    shuffle: null,
    evaluation: null,
    params: core.params,
    state: core.state,
    scratch: core.foreground.scratch,
    totals: sharedDoubles(plan.sizes.totals),
    output: null,
    rows: null,
    scalars: sharedFloats(plan.sizes.scalars),
    scalarsStride: 0,
    history: null,
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: 1,
    maxSteps: 1,
    control: createControl(),
  };
  const made = { purpose, size, bytes, plans: [lowered], pass, run };
  prepared.unshift(made);
  if (prepared.length > CAPACITY) prepared.pop();
  return made;
}

interface RunOptions {
  /** Where a prediction or the gradient of the input goes. */
  output?: Float32Array;
  /** Puts into scratch what the plan finds there. */
  fill?: (scratch: Float32Array) => void;
}

/** Runs one batch on the calling thread and returns what it was run with. */
export function runOnce(
  core: Core,
  who: string,
  purpose: Purpose,
  source: Source,
  { output, fill }: RunOptions = {},
): Run {
  // Reading the arguments may have run code of the user's, which may have begun a fit.
  if (purpose === 'train' || purpose === 'apply') assertWritable(core.lock, who);
  else assertReadable(core.lock, who);
  const { run, pass, plans } = prepare(core, purpose, source);
  pass.x = source.x;
  pass.y = source.y;
  pass.rows = source.rows;
  pass.batchSize = source.rows;
  run.scratch = scratchFor(core.foreground, plans);
  run.output = output ?? null;
  fill?.(run.scratch);
  if (run.scalars.length > 0) core.compiled?.optimizer.fill(run.scalars, core.step + 1, 1);
  resetControl(run.control, start);
  const ended = executorOf(core).run(run);
  pass.x = null;
  pass.y = null;
  if (ended !== status.done) throw failure(who, ended, [source], networkOf(core).outputs);
  return run;
}

const executorOf = (core: Core) => core.compiled?.executor ?? executorFor(undefined);

/** x and y of one batch, or a dataset in their place. */
export function batchOf(core: Core, who: string, x: unknown, y: unknown): Source {
  const wanted = wantedBy(core, compiledOf(core, who));
  return isDataset(x) ? datasetPair(who, x, wanted) : pair(who, x, y, wanted, 'private');
}

export function trainOnBatch(core: Core, x: unknown, y: unknown): Logs {
  const who = 'trainOnBatch';
  assertWritable(core.lock, who);
  const { keys } = compiledOf(core, who);
  const source = batchOf(core, who, x, y);
  const { totals } = runOnce(core, who, 'train', source);
  core.step++;
  return meansOf(keys, totals, 0, source.rows);
}

export function predictSync(core: Core, x: unknown): Tensor<Float32Array> {
  const who = 'predictSync';
  assertReadable(core.lock, who);
  const network = networkOf(core);
  if (isDataset(x))
    throw typeError('ERR_PLUMMET_TYPE', `${who}: takes rows of numbers; for a dataset await model.predict(dataset)`);
  const input = inputRows(who, x, network.inputs, 'private');
  const data = new Float32Array(input.rows * network.outputs);
  runOnce(core, who, 'predict', { ...input, y: null, bytes: null, checked: true }, { output: data });
  return { data, shape: [input.rows, network.outputs] };
}
