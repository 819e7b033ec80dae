/** `sequential`: a model made of layers, one after the other. */
import { checkOptions, describe, elements, flag, stateError, typeError } from '../errors.ts';
import type { Layer } from '../layers/index.ts';
import { build } from '../plan/build.ts';
import type { Schedule } from '../schedules/index.ts';
import { checkGradients } from './check-gradients.ts';
import { compile } from './compile.ts';
import { assertLayer, type Core, compiledOf, createCore, networkOf, openCore } from './core.ts';
import { digest } from './digest.ts';
import { evaluate, predict } from './evaluate.ts';
import { fit as runFit } from './fit.ts';
import { applyGradients, backward, gradients } from './gradients.ts';
import { assertWritable } from './lock.ts';
import { lossScaleOf } from './loss-scale.ts';
import type { Model, ModelLayer, ModelOptimizer } from './model.ts';
import { planFor } from './plans.ts';
import { printable } from './printable.ts';
import { interrupt } from './run.ts';
import { loadStateDict, stateDict } from './state-dict.ts';
import { predictSync, trainOnBatch } from './step.ts';
import { summarize } from './summary.ts';
import { getWeights, setWeights } from './weights.ts';

export interface SequentialOptions {
  /**
   * Initial weights, the order of rows and everything else that is random follow from it: a non-negative integer;
   * default 0.
   */
  seed?: number;
  /** Default `sequential`. */
  name?: string;
}

/**
 * A stack of layers; the first one says the length of a row by its `inputShape`.
 *
 * @throws `ERR_PLUMMET_TYPE` for what is no layer, `ERR_PLUMMET_OPTION`
 * @example
 * const model = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1
 * })], { seed: 1 });
 */
export function sequential(layers: readonly Layer[] = [], options: SequentialOptions = {}): Model {
  const given = elements('sequential', 'layers', layers);
  if (!given) throw typeError('ERR_PLUMMET_TYPE', `sequential: layers must be an array, got ${describe(layers)}`);
  const list = given.map((layer) => {
    assertLayer('sequential', layer);
    return layer;
  });
  const { seed = 0, name = 'sequential' } = checkOptions('sequential', options, ['seed', 'name']);
  const core = createCore(list, seed, name);
  if (list.length > 0) build(list); // so that layers which do not fit together are found here

  const model: Model = {
    name: core.name,
    seed: core.seed,
    get layers() {
      return layersOf(core);
    },
    get optimizer() {
      return optimizerOf(core);
    },
    get stopTraining() {
      return core.stop;
    },
    set stopTraining(value) {
      core.stop = Boolean(value);
      if (core.stop) interrupt(core.brake);
    },
    add(layer) {
      assertWritable(core.lock, 'add');
      assertLayer('add', layer);
      if (core.network) {
        throw stateError(
          'ERR_PLUMMET_STATE',
          'add: the model has its weights already; add all layers before compile and the rest',
        );
      }
      build([...core.layers, layer]);
      core.layers.push(layer);
    },
    compile: (given) => compile(core, given),
    fit: (x: unknown, y?: unknown, given?: unknown) => runFit(core, model, x, y, given),
    evaluate: (x: unknown, y?: unknown, given?: unknown) => evaluate(core, x, y, given),
    predict: (x, given) => predict(core, x, given),
    predictSync: (x, given?: unknown) => predictSync(core, x, given),
    trainOnBatch: (x, y) => trainOnBatch(core, x, y),
    gradients: (x, y) => gradients(core, x, y),
    backward: (x, outputGradient) => backward(core, x, outputGradient),
    applyGradients: (given) => applyGradients(core, given),
    checkGradients: (x, y, given) => checkGradients(core, x, y, given),
    getWeights: (given?: unknown) => getWeights(core, given),
    setWeights: (weights) => setWeights(core, weights),
    stateDict: () => stateDict(core),
    loadStateDict: (state, given) => loadStateDict(core, state, given),
    digest: () => digest(core),
    summary: () => summarize(core.name, networkOf(core)),
    plan: () => printable(planFor(core.plans, networkOf(core), compiledOf(core, 'plan'), 'train', 32).plan),
  };
  openCore(model, core);
  return Object.preventExtensions(model);
}

/** Layers with their names and shapes settled. */
function layersOf(core: Core): ModelLayer[] {
  if (core.layers.length === 0) return [];
  return (core.network ?? build(core.layers)).layers.map(
    ({ name, layer, inputs, outputs, parameters }): ModelLayer => ({
      name,
      className: layer.className,
      config: layer.config,
      inputShape: [inputs],
      outputShape: [outputs],
      parameters: parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0),
      get trainable() {
        return layer.trainable.wanted;
      },
      set trainable(value) {
        layer.trainable.wanted = flag(name, 'trainable', value);
      },
    }),
  );
}

/** The optimizer, with the number of steps this model has done. */
function optimizerOf(core: Core): ModelOptimizer {
  const { optimizer } = compiledOf(core, 'optimizer');
  return Object.create(optimizer, {
    learningRate: {
      enumerable: true,
      get: () => optimizer.learningRateAt(core.step + 1),
      set: (value: number | Schedule) => {
        optimizer.learningRate = value;
      },
    },
    iterations: { enumerable: true, get: () => core.step },
    skippedSteps: { enumerable: true, get: () => core.skipped },
    lossScale: { enumerable: true, get: () => lossScaleOf(core) },
  }) as ModelOptimizer;
}
