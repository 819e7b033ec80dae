/** What `compile` settles: optimizer, loss, metrics and the executor; everything is checked before anything changes. */
import { executor } from '../backend.ts';
import { checkOptions, describe, elements, oneOf, rangeError, typeError } from '../errors.ts';
import { countOf } from '../layout.ts';
import { type Loss, type LossName, resolve as resolveLoss } from '../losses/index.ts';
import { sharedFloats } from '../memory.ts';
import { type Metric, resolve as resolveMetric } from '../metrics/index.ts';
import { type Optimizer, type OptimizerName, resolve as resolveOptimizer } from '../optimizers/index.ts';
import { emptyMemory } from '../optimizers/search.ts';
import { gateState } from '../plan/gate.ts';
import { lower } from '../plan/lower.ts';
import type { Executor } from '../plan/plan.ts';
import { placeStates } from '../plan/states.ts';
import { fillStored } from '../plan/stored.ts';
import { type Core, networkOf } from './core.ts';
import { assertWritable } from './lock.ts';
import { searchedIn } from './search.ts';

export interface BackendOptions {
  name?: 'native' | 'reference';
  isa?: 'scalar' | 'avx2' | 'avx512' | 'neon';
  threads?: number;
}

export interface CompileOptions {
  /** One of `optimizers`, or its bare name for its default options. */
  optimizer: Optimizer | OptimizerName;
  /** One of `losses`, or its bare name. */
  loss: Loss | LossName;
  /** Names: `accuracy`, `mse`, `mae` … Default none. */
  metrics?: readonly string[];
  /** Default: what `backend()` reports. */
  backend?: 'native' | 'reference' | BackendOptions;
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** What logs and history hold: `loss`, then the metrics. */
  readonly keys: readonly string[];
  readonly executor: Executor;
}

/** The executor for a `backend` option; each combination is made once. */
export function executorFor(backend: unknown): Executor {
  const names = ['native', 'reference'] as const;
  if (backend === undefined) return executor();
  if (typeof backend === 'string') return executor({ name: oneOf('compile', 'backend', backend, names) });
  const { name, isa, threads } = checkOptions('compile: backend', backend, [
    'name',
    'isa',
    'threads',
  ]) as BackendOptions;
  return executor({
    ...(name === undefined ? {} : { name: oneOf('compile', 'backend.name', name, names) }),
    ...(isa === undefined ? {} : { isa }),
    ...(threads === undefined ? {} : { threads }),
  });
}

/** What a model's calls run on. */
export function executorOf(core: Core): Executor {
  if (core.compiled) return core.compiled.executor;
  core.executor ??= executorFor(undefined);
  return core.executor;
}

function metricsOf(given: unknown, loss: Loss, outputs: number): Metric[] {
  const names = elements('compile', 'metrics', given);
  if (!names) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `compile: metrics must be an array of names, as in ['accuracy'], got ${describe(given)}`,
    );
  }
  const metrics = names.map((name) => resolveMetric(name as string, loss, outputs));
  metrics.forEach(({ name }, i) => {
    if (metrics.findIndex((other) => other.name === name) !== i) {
      throw rangeError('ERR_PLUMMET_OPTION', `compile: the metric "${name}" is given twice`);
    }
  });
  return metrics;
}

export function compile(core: Core, given: unknown): void {
  assertWritable(core.lock, 'compile');
  if (given === undefined)
    throw typeError(
      'ERR_PLUMMET_OPTION',
      "compile: expected { optimizer, loss }, as in { optimizer: 'adam', loss: 'mse' }",
    );
  const options = checkOptions('compile', given, ['optimizer', 'loss', 'metrics', 'backend']);
  const optimizer = resolveOptimizer(options.optimizer as Optimizer);
  const loss = resolveLoss(options.loss as Loss);
  const executor = executorFor(options.backend);
  const network = networkOf(core, executor);
  const metrics = metricsOf(options.metrics ?? [], loss, network.outputs);
  const before = network.parameters.map(({ trainable }) => trainable.now);
  for (const built of network.layers) {
    for (const parameter of built.parameters) parameter.trainable.now = built.layer.trainable.wanted;
  }
  try {
    // Lowering knows whether loss, metrics and last layer go together.
    lower({ network, purpose: 'train', batchSize: 1, loss, metrics, optimizer });
  } catch (error) {
    network.parameters.forEach(({ trainable }, i) => {
      trainable.now = before[i];
    });
    throw error;
  }

  const { parameters, control, size } = placeStates(optimizer, network);
  const state = sharedFloats(size);
  for (const stated of parameters) {
    for (const { spec, offset, size: floats, shape } of stated?.states ?? [])
      fillStored(spec, state.subarray(offset, offset + floats), countOf(shape));
  }
  if (control !== null) state[control + gateState.scaling] = optimizer.gate?.scale ?? 1;
  assertWritable(core.lock, 'compile');
  core.compiled = { optimizer, loss, metrics, keys: ['loss', ...metrics.map(({ name }) => name)], executor };
  core.state = state;
  core.search = optimizer.search ? emptyMemory(searchedIn(core).size) : null;
  core.step = 0;
  core.skipped = 0;
  core.plans.entries.length = 0;
  core.prepared.length = 0;
}
