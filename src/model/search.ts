/** Training with optimizers that look for their steps: each evaluation is a call of the executor. */
import type { DigestEntry } from '../digest.ts';
import { countOf, pack, unpack } from '../layout.ts';
import { sharedDoubles } from '../memory.ts';
import { memoryOf, type Search, type SearchMemory } from '../optimizers/search.ts';
import { type SearchState, searchState } from '../optimizers/search-state.ts';
import type { Parameter } from '../plan/network.ts';
import { type Run, status } from '../plan/plan.ts';
import { placeStates } from '../plan/states.ts';
import { type Core, compiledOf, networkOf, scratchFor } from './core.ts';
import { passOf } from './evaluate.ts';
import { type Logs, meansOf } from './history.ts';
import type { Source } from './inputs.ts';
import type { advance, Job } from './job.ts';
import { call, createControl, failure, type Position } from './run.ts';
import { runOnce } from './step.ts';

/** The parameters that are updated, each with where its elements stand among those of all, row-major. */
interface Searched {
  readonly parameters: readonly { readonly parameter: Parameter; readonly offset: number; readonly length: number }[];
  readonly size: number;
}

export function searchedIn(core: Core): Searched {
  const { optimizer } = compiledOf(core, 'fit');
  let size = 0;
  const parameters = placeStates(optimizer, networkOf(core)).parameters.flatMap((stated) => {
    if (stated === null) return [];
    const { parameter } = stated;
    const length = countOf(parameter.shape);
    size += length;
    return [{ parameter, offset: size - length, length }];
  });
  return { parameters, size };
}

/** All elements that are updated, or their gradients, from memory that is laid out as the parameters are. */
function gather({ parameters, size }: Searched, source: Float32Array): Float32Array {
  const x = new Float32Array(size);
  for (const { parameter, offset, length } of parameters) {
    const { shape, layout, offset: from } = parameter;
    unpack(source, from, shape, layout, x.subarray(offset, offset + length));
  }
  return x;
}

function scatter({ parameters }: Searched, x: Float32Array, target: Float32Array): void {
  for (const { parameter, offset, length } of parameters) {
    const { shape, layout, offset: to } = parameter;
    pack(x.subarray(offset, offset + length), shape, layout, target, to);
  }
}

function begin(core: Core) {
  const { optimizer } = compiledOf(core, 'fit');
  const searched = searchedIn(core);
  const x = gather(searched, core.params);
  const found = (optimizer.search as Search).step(
    core.search as SearchMemory,
    x,
    optimizer.learningRateAt(core.step + 1),
  );
  return {
    found,
    /** To where the loss is wanted, or to where the step ends. */
    move: (to: Float32Array): void => scatter(searched, to, core.params),
    back: (): void => scatter(searched, x, core.params),
    evaluated: (loss: number, scratch: Float32Array) => ({ loss, gradient: gather(searched, scratch) }),
    finish(to: Float32Array, memory: SearchMemory): void {
      scatter(searched, to, core.params);
      core.search = memory;
      core.step++;
    },
  };
}

/** One step on one batch, on the calling thread. */
export function searchOnBatch(core: Core, source: Source): Logs {
  const { keys } = compiledOf(core, 'trainOnBatch');
  const { found, move, back, evaluated, finish } = begin(core);
  let first: Float64Array | undefined;
  try {
    let next = found.next();
    while (!next.done) {
      move(next.value);
      const { totals, scratch } = runOnce(core, 'trainOnBatch', 'measure', source);
      first ??= totals.slice();
      next = found.next(evaluated(totals[0] / source.rows, scratch));
    }
    finish(next.value.x, next.value.memory);
  } catch (error) {
    back();
    throw error;
  }
  return meansOf(keys, first as Float64Array, 0, source.rows);
}

/** One step on the batch at that place, off the main thread but for what the optimizer itself computes. */
export async function searchBatch(job: Job, from: Position): ReturnType<typeof advance> {
  const { core, compiled, options, training, lowered, batchSize, network } = job;
  const rows = Math.min(batchSize, training.rows - from.batch * batchSize);
  const { found, move, back, evaluated, finish } = begin(core);
  const totals = sharedDoubles(job.totals.length);
  const scratch = scratchFor(core.background, [lowered]);
  const run: Run = {
    pass: passOf(lowered, training, batchSize),
    shuffle: job.shuffle,
    evaluation: null,
    params: core.params,
    state: core.state,
    scratch,
    totals,
    output: null,
    rows: job.order,
    scalars: job.scalars,
    scalarsStride: 0,
    history: null,
    firstEpoch: from.epoch,
    firstBatch: from.batch,
    endEpoch: from.epoch + 1,
    maxSteps: 1,
    control: createControl(),
  };
  let first: Float64Array | undefined;
  try {
    let next = found.next();
    while (!next.done) {
      options.signal?.throwIfAborted();
      move(next.value);
      totals.fill(0);
      const { status: ended } = await call(compiled.executor, run, null);
      if (ended !== status.done) throw failure('fit', ended, [training], network.outputs);
      first ??= totals.slice();
      next = found.next(evaluated(totals[0] / rows, scratch));
    }
    finish(next.value.x, next.value.memory);
  } catch (error) {
    // A step that was not finished has not been begun.
    back();
    throw error;
  }
  if (from.batch === 0) job.totals.fill(0);
  for (let i = 0; i < totals.length; i++) job.totals[i] += (first as Float64Array)[i];
  return { at: { epoch: from.epoch, batch: from.batch + 1 }, ended: [] };
}

/** What the optimizer remembers of a parameter, for the digest; nothing, where it does not look for its steps. */
export function searchEntries(core: Core, name: string): (readonly [state: string, value: DigestEntry])[] {
  const { search } = core;
  if (search === null) return [];
  const own = searchedIn(core).parameters.find(({ parameter }) => parameter.name === name);
  if (!own) return [];
  return Array.from(memoryOf(search, own.offset, own.length), ([state, value]) => [
    state,
    typeof value === 'number'
      ? { data: Float64Array.of(value), shape: [] }
      : { data: value, shape: [value.length / own.length, own.length] },
  ]);
}

/** The same by name; null where the optimizer does not look for its steps. */
export function searchStateOf(core: Core): SearchState | null {
  const { optimizer } = compiledOf(core, 'stateDict');
  if (core.search === null || !optimizer.search) return null;
  const parts = searchedIn(core).parameters.map(({ parameter: { name }, offset, length }) => ({
    name,
    offset,
    length,
  }));
  return searchState(
    'model',
    parts,
    optimizer.search.historySize,
    () => core.search as SearchMemory,
    (memory) => {
      core.search = memory;
    },
  );
}
