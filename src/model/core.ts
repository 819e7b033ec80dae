/** What a model is inside: its network, its memory, what it was compiled with, and how far it has been trained. */
import { describe, nonNegativeInteger, stateError, text, typeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import { isLayer } from '../layers/made.ts';
import { pack } from '../layout.ts';
import { atLeast, sharedFloats } from '../memory.ts';
import type { SearchMemory } from '../optimizers/search.ts';
import { build } from '../plan/build.ts';
import type { Lowered } from '../plan/lower.ts';
import type { Network } from '../plan/network.ts';
import type { Executor } from '../plan/plan.ts';
import type { Compiled } from './compile.ts';
import { createLock, type Lock } from './lock.ts';
import { createPlanCache, type PlanCache } from './plans.ts';
import type { Brake } from './run.ts';
import type { Prepared } from './step.ts';

/** Memory for whatever a call computes on the way. It only grows. */
export interface Workspace {
  scratch: Float32Array;
  output: Float32Array;
  /** Those whose constants stand in `scratch`. */
  plans: readonly Lowered[];
}

export interface Core {
  readonly name: string;
  readonly seed: number;
  readonly layers: Layer[];
  readonly lock: Lock;
  readonly plans: PlanCache;
  /** For calls off the main thread. */
  readonly background: Workspace;
  /** For calls on it, which may come while others run. */
  readonly foreground: Workspace;
  /** Synchronous calls made ready, latest first: a loop over batches of one size finds its own at once. */
  readonly prepared: Prepared[];
  /** Settled when first needed; layers cannot be added from then on. */
  network: Network | null;
  params: Float32Array;
  compiled: Compiled | null;
  /** What runs before `compile` has chosen: settled when first needed. */
  executor: Executor | null;
  /** Averages of the parameters, where somebody has asked for them. */
  averaged: Float32Array;
  /** Of the optimizer: state s of all parameters lies from s × network.size on. */
  state: Float32Array;
  /** What an optimizer remembers that looks for its steps; null for others. */
  search: SearchMemory | null;
  /** Steps of the optimizer that were done. */
  step: number;
  /** Steps that were skipped. */
  skipped: number;
  /** Epochs that were finished: the order of rows follows from it. */
  epochs: number;
  /** Asked for by `model.stopTraining = true`. */
  stop: boolean;
  /** What stops the `fit` that runs now. */
  brake: Brake | null;
}

export const createCore = (layers: readonly Layer[], seed: unknown, name: unknown): Core => ({
  name: text('sequential', 'name', name),
  seed: nonNegativeInteger('sequential', 'seed', seed),
  layers: [...layers],
  lock: createLock(),
  plans: createPlanCache(),
  background: { scratch: sharedFloats(0), output: sharedFloats(0), plans: [] },
  foreground: { scratch: sharedFloats(0), output: sharedFloats(0), plans: [] },
  prepared: [],
  network: null,
  params: sharedFloats(0),
  compiled: null,
  executor: null,
  averaged: sharedFloats(0),
  state: sharedFloats(0),
  search: null,
  step: 0,
  skipped: 0,
  epochs: 0,
  stop: false,
  brake: null,
});

const cores = new WeakMap<object, Core>();

/** Remembers what is inside a model. */
export function openCore(model: object, core: Core): void {
  cores.set(model, core);
}

/** What is inside a model, for functions that take one. */
export function coreOf(who: string, model: unknown): Core {
  const core = typeof model === 'object' && model !== null ? cores.get(model) : undefined;
  if (core) return core;
  throw typeError('ERR_PLUMMET_TYPE', `${who}: a model is what sequential([…]) returns, got ${describe(model)}`);
}

export function assertLayer(who: string, layer: unknown): asserts layer is Layer {
  if (isLayer(layer)) return;
  throw typeError(
    'ERR_PLUMMET_TYPE',
    `${who}: a layer is what layers.dense({ … }) and its like return, got ${describe(layer)}`,
  );
}

/** The network with its first weights in place, which `executor` may help to draw. */
export function networkOf(core: Core, executor?: Executor): Network {
  if (core.network) return core.network;
  const network = build(core.layers);
  const params = sharedFloats(network.size);
  network.parameters.forEach(({ shape, layout, offset, initializer }, index) => {
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    initializer.fill(values, shape, core.seed, index, executor?.draw);
    pack(values, shape, layout, params, offset);
  });
  core.params = params;
  core.network = network;
  return network;
}

/** @throws `ERR_PLUMMET_STATE` before `compile`. */
export function compiledOf(core: Core, method: string): Compiled {
  if (core.compiled) return core.compiled;
  throw stateError(
    'ERR_PLUMMET_STATE',
    `${method}: the model has no loss and no optimizer yet; call model.compile({ optimizer: 'adam', loss: … }) first`,
  );
}

/** A workspace's scratch space, long enough for these plans and with their constants in place. */
export function scratchFor(workspace: Workspace, plans: readonly Lowered[]): Float32Array {
  const { plans: before } = workspace;
  if (plans.length === before.length && plans.every((lowered, i) => lowered === before[i])) return workspace.scratch;
  const needed = Math.max(...plans.map(({ plan }) => plan.sizes.scratch));
  workspace.scratch = atLeast(workspace.scratch, needed);
  workspace.plans = plans;
  for (const { constants } of plans) {
    for (const { offset, values } of constants) workspace.scratch.set(values, offset);
  }
  return workspace.scratch;
}

/** Room for `length` floats of predictions. */
export function outputFor(workspace: Workspace, length: number): Float32Array {
  workspace.output = atLeast(workspace.output, length);
  return workspace.output.subarray(0, length);
}
