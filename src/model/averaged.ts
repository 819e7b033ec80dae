/** What a model is evaluated by: its weights, or the average of them that its optimizer keeps. */
import { flag, stateError } from '../errors.ts';
import { atLeast, sharedDoubles, sharedFloats } from '../memory.ts';
import { at, createGraph } from '../plan/graph.ts';
import { place } from '../plan/place.ts';
import { type Run, status } from '../plan/plan.ts';
import { placeStates } from '../plan/states.ts';
import { executorOf } from './compile.ts';
import { type Core, networkOf } from './core.ts';
import { call, createControl, failure } from './run.ts';

export interface AveragedOption {
  /**
   * Whether to take the averages of the weights that the optimizer keeps (`ema`, `swa`, asgd, schedule-free) instead of the weights. Default
   * false, but true for schedule-free optimizers, whose averages are what is trained for. Before an average has begun the weights are taken.
   */
  averaged?: boolean;
}

/** Whether averages are asked for, by the option or by the optimizer. */
export function wantsAverage(core: Core, who: string, given: unknown): boolean {
  const parts = core.compiled?.optimizer.parts ?? [];
  if (given === undefined) return parts.some(({ averaged }) => averaged?.byDefault === true);
  const wanted = flag(who, 'averaged', given);
  if (!wanted || parts.some(({ averaged }) => averaged !== undefined)) return wanted;
  const name = core.compiled?.optimizer.name;
  const problem = name === undefined ? 'the model is not compiled' : `the optimizer ${name} keeps no average`;
  throw stateError('ERR_PLUMMET_OPTION', `${who}: averaged is true, but ${problem}; give it ema or swa`);
}

/** What puts the averages into `core.averaged`; null where there are none yet. */
function averaging(core: Core): Run | null {
  const { compiled } = core;
  if (!compiled) return null;
  const network = networkOf(core);
  const graph = createGraph();
  const weights: number[] = [];
  for (const stated of placeStates(compiled.optimizer, network).parameters) {
    const averaged = stated?.part.averaged;
    if (!stated || !averaged || core.step < (averaged.from ?? 1)) continue;
    const { name, offset, size } = stated.parameter;
    const state = stated.states.find(({ spec }) => spec.name === averaged.state);
    const weight = at('scratch', weights.length, 'weight', [1]);
    const [from, to] = (['params', 'output'] as const).map((space) => at(space, offset, name, [size]));
    graph.emit('interpolate', [from, at('state', state?.offset ?? 0, 'average', [size]), weight, to], [size]);
    weights.push(averaged.weight);
  }
  if (weights.length === 0) return null;
  const { state, params } = core;
  core.averaged = atLeast(core.averaged, network.size);
  core.averaged.set(params);
  const sizes = { params: network.size, state: state.length, scalars: 0, totals: 0 };
  const scratch = sharedFloats(weights.length);
  scratch.set(weights);
  return {
    pass: { plan: place('average', graph.drafts, 1, sizes, weights.length), x: null, y: null, rows: 1, batchSize: 1 },
    shuffle: null,
    evaluation: null,
    params,
    state,
    scratch,
    totals: sharedDoubles(0),
    output: core.averaged,
    rows: null,
    scalars: sharedFloats(0),
    scalarsStride: 0,
    history: null,
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: 1,
    maxSteps: 1,
    control: createControl(),
  };
}

/** The parameters to evaluate by, computed off the main thread. */
export async function evaluatedBy(core: Core, who: string, averaged: boolean): Promise<Float32Array> {
  const run = averaged ? averaging(core) : null;
  if (!run) return core.params;
  const { status: ended } = await call(executorOf(core), run, null);
  if (ended !== status.done) throw failure(who, ended, [], networkOf(core).outputs);
  return core.averaged;
}

/** The same on the calling thread. */
export function evaluatedBySync(core: Core, who: string, averaged: boolean): Float32Array {
  const run = averaged ? averaging(core) : null;
  if (!run) return core.params;
  const ended = executorOf(core).run(run);
  if (ended !== status.done) throw failure(who, ended, [], networkOf(core).outputs);
  return core.averaged;
}
