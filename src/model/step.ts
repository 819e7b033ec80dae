/**
 * Calls on the caller's own thread, for those who want microseconds: one batch.
 */
import { isShared } from '../arrays.ts';
import { isDataset } from '../data/create.ts';
import type { ByteScale } from '../data/dataset.ts';
import { checkOptions, typeError } from '../errors.ts';
import { sharedDoubles, sharedFloats, sharedInts } from '../memory.ts';
import type { Lowered, Purpose } from '../plan/lower.ts';
import { control, type Pass, type Run, status } from '../plan/plan.ts';
import type { Tensor } from '../tensor.ts';
import { evaluatedBySync, wantsAverage } from './averaged.ts';
import { executorOf } from './compile.ts';
import { type Core, compiledOf, networkOf, scratchFor } from './core.ts';
import { wantedBy } from './evaluate.ts';
import { type Logs, meansOf } from './history.ts';
import { datasetPair, inputRows, pair, type Source } from './inputs.ts';
import { assertReadable, assertWritable } from './lock.ts';
import { planFor } from './plans.ts';
import { createControl, failure, resetControl } from './run.ts';
import { searchOnBatch } from './search.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a synchronous call needs: made once for a purpose and a size of batch, and used again. */
export interface Prepared {
  readonly purpose: Purpose;
  readonly size: number;
  readonly bytes: ByteScale | null;
  readonly plans: readonly Lowered[];
  readonly pass: Mutable<Pass>;
  readonly run: Mutable<Run>;
  /** Where batches are copied to. */
  x: Float32Array;
  y: Float32Array | Int32Array;
}

const CAPACITY = 8;
const start = { epoch: 0, batch: 0 };
const none = sharedFloats(0);

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
  const { inputs, outputs } = networkOf(core);
  const lowered = planFor(core.plans, networkOf(core), core.compiled, purpose, size, bytes);
  const { plan } = lowered;
  const pass: Mutable<Pass> = { plan, x: null, y: null, rows, batchSize: rows };
  const columns = purpose === 'predict' ? outputs : purpose === 'backward' ? inputs : 0;
  const run: Mutable<Run> = {
    pass,
    shuffle: null,
    evaluation: null,
    params: core.params,
    state: core.state,
    scratch: core.foreground.scratch,
    totals: sharedDoubles(plan.sizes.totals),
    output: columns > 0 ? sharedFloats(size * columns) : null,
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
  const made = { purpose, size, bytes, plans: [lowered], pass, run, x: none, y: none };
  prepared.unshift(made);
  if (prepared.length > CAPACITY) prepared.pop();
  return made;
}

/** Below that a loop is faster than a call of the engine's. */
const FEW = 64;

function copy(from: Float32Array | Int32Array, to: Float32Array | Int32Array, length: number): void {
  if (length <= FEW) for (let i = 0; i < length; i++) to[i] = from[i];
  else to.set(from.length === length ? from : from.subarray(0, length));
}

/** Numbers that are worth a look at where they lie: it costs as much as copying a thousand of them. */
const MANY = 4096;

const inPlace = (array: Float32Array | Int32Array): boolean => array.length >= MANY && isShared(array);

/** Puts a batch where the executor reads it: much that is shared stays in place, the rest is copied. */
function place(prepared: Prepared, { x, y, rows }: Source): void {
  const { pass, size } = prepared;
  if (x instanceof Uint8Array || inPlace(x)) {
    pass.x = x;
  } else {
    if (prepared.x.length * rows < x.length * size) prepared.x = sharedFloats((x.length / rows) * size);
    copy(x, prepared.x, x.length);
    pass.x = prepared.x;
  }
  if (y === null || inPlace(y)) {
    pass.y = y;
  } else {
    const floats = y instanceof Float32Array;
    if (prepared.y.length * rows < y.length * size || floats !== prepared.y instanceof Float32Array) {
      const room = (y.length / rows) * size;
      prepared.y = floats ? sharedFloats(room) : sharedInts(room);
    }
    copy(y, prepared.y, y.length);
    pass.y = prepared.y;
  }
  pass.rows = rows;
  pass.batchSize = rows;
}

/**
 * Runs one batch on the calling thread and returns what it was run with. What it points to holds until the next call.
 *
 * @param fill - puts into scratch what the plan finds there
 */
export function runOnce(
  core: Core,
  who: string,
  purpose: Purpose,
  source: Source,
  fill?: (scratch: Float32Array) => void,
  params = core.params,
): Run {
  // Reading the arguments may have run code of the user's, which may have begun a fit.
  if (purpose === 'train' || purpose === 'apply') assertWritable(core.lock, who);
  else assertReadable(core.lock, who);
  const prepared = prepare(core, purpose, source);
  const { run } = prepared;
  place(prepared, source);
  run.params = params;
  run.scratch = scratchFor(core.foreground, prepared.plans);
  fill?.(run.scratch);
  if (run.scalars.length > 0) core.compiled?.optimizer.fill(run.scalars, core.step + 1, 1);
  resetControl(run.control, start);
  const ended = executorOf(core).run(run);
  if (ended !== status.done) throw failure(who, ended, [source], networkOf(core).outputs);
  if (purpose === 'train' || purpose === 'apply') {
    core.step += run.control[control.advanced];
    core.skipped += run.control[control.skipped];
  }
  return run;
}

/** A copy of the first numbers that a run has put out. */
export function outputOf({ output }: Run, length: number): Float32Array {
  const result = new Float32Array(length);
  if (output) copy(output, result, length);
  return result;
}

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
  if (core.search) return searchOnBatch(core, source);
  const { totals } = runOnce(core, who, 'train', source);
  return meansOf(keys, totals, 0, source.rows);
}

export function predictSync(core: Core, x: unknown, given: unknown): Tensor<Float32Array> {
  const who = 'predictSync';
  assertReadable(core.lock, who);
  const network = networkOf(core);
  if (isDataset(x))
    throw typeError('ERR_PLUMMET_TYPE', `${who}: takes rows of numbers; for a dataset await model.predict(dataset)`);
  const { averaged } = checkOptions(who, given, ['averaged']);
  const input = inputRows(who, x, network.inputs, 'private');
  const source: Source = { x: input.x, y: null, rows: input.rows, bytes: null, checked: true };
  const wanted = wantsAverage(core, who, averaged);
  assertReadable(core.lock, who);
  const run = runOnce(core, who, 'predict', source, undefined, evaluatedBySync(core, who, wanted));
  return { data: outputOf(run, input.rows * network.outputs), shape: [input.rows, network.outputs] };
}
