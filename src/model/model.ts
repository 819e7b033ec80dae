/** What `sequential` returns. */
import type { Dataset } from '../data/dataset.ts';
import type { Layer } from '../layers/index.ts';
import type { LoadOptions, Optimizer, StateDict, StateDifference } from '../optimizers/index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Schedule } from '../schedules/index.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import type { AveragedOption } from './averaged.ts';
import type { CheckGradientsOptions } from './check-gradients.ts';
import type { CompileOptions } from './compile.ts';
import type { EvaluateOptions, PredictOptions } from './evaluate.ts';
import type { FitOptions } from './fit-options.ts';
import type { Backward, Gradients } from './gradients.ts';
import type { History, Logs } from './history.ts';
import type { Weights } from './weights.ts';

/** A layer in its place. */
export interface ModelLayer {
  /** Unique in the model: `dense`, `dense_1` … */
  readonly name: string;
  /** As in Keras: `Dense`. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Numbers in a row of its input, of its output. */
  readonly inputShape: readonly [number];
  readonly outputShape: readonly [number];
  /** Numbers it has, of kernel and bias. */
  readonly parameters: number;
  /**
   * Whether they are updated; default true. Setting it takes effect with the next `compile`, as in Keras: its parameters are then like those
   * of a frozen group, without state.
   */
  trainable: boolean;
}

/** The optimizer of a compiled model. */
export interface ModelOptimizer extends Omit<Optimizer, 'learningRate'> {
  /**
   * That of the next step. A number or a schedule may be set at any time, also in callbacks; takes effect with the next
   * call of the executor, in callbacks with the next step.
   */
  get learningRate(): number;
  set learningRate(value: number | Schedule);
  /** Steps done since `compile`. */
  readonly iterations: number;
  /** Steps since `compile` that `skipNonFinite` or `lossScale` has skipped. */
  readonly skippedSteps: number;
  /** What the loss is multiplied by now; 1 without `lossScale`. */
  readonly lossScale: number;
}

/**
 * A stack of layers that is trained and asked for predictions. Every method checks its arguments before it changes
 * anything, and throws (or rejects with) an error that has a `code`; while a `fit` runs, only its callbacks may use the
 * model, and only to read: everything else is `ERR_PLUMMET_BUSY`.
 */
export interface Model {
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly ModelLayer[];
  /** @throws `ERR_PLUMMET_STATE` before `compile` */
  readonly optimizer: ModelOptimizer;
  /** Set to true, in a callback or from outside, it ends the `fit` that runs after the batch at hand. */
  stopTraining: boolean;

  /**
   * Appends a layer; not any more once the model has weights.
   * @throws `ERR_PLUMMET_STATE`, `ERR_PLUMMET_TYPE`
   */
  add(layer: Layer): void;
  /**
   * Settles optimizer, loss, metrics and backend; the state of the optimizer starts anew, weights stay.
   * @throws `ERR_PLUMMET_OPTION` for a name that is unknown (the message lists those there are) or parts that do not go
   * together.
   * @example
   * model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions): void;

  /**
   * Trains, off the main thread. Rejects with the signal's reason when it is aborted, and with what a callback throws;
   * the steps done until then stay done.
   * @param x - rows of inputs: a typed array, nested arrays, anything with `data` and `shape`, or a dataset in place of
   * both
   * @param y - a class label or a row of numbers for each row, as the loss wants
   * @example
   * const history = await model.fit(x, y, { epochs: 5, validationSplit: 0.1 });
   */
  fit(x: TensorLike, y: TensorLike, options?: FitOptions): Promise<History>;
  fit(dataset: Dataset, options?: FitOptions): Promise<History>;
  /**
   * Loss and metrics over all rows, off the main thread.
   * @example
   * const { loss, accuracy } = await model.evaluate(x, y);
   */
  evaluate(x: TensorLike, y: TensorLike, options?: EvaluateOptions): Promise<Logs>;
  evaluate(dataset: Dataset, options?: EvaluateOptions): Promise<Logs>;
  /**
   * The model's output for each row, off the main thread: rows × outputs. Works without `compile`, too.
   * @example
   * const { data: probabilities, shape } = await model.predict(x);
   */
  predict(x: TensorLike | Dataset, options?: PredictOptions): Promise<Tensor<Float32Array>>;
  /** The same on the calling thread, in microseconds. */
  predictSync(x: TensorLike, options?: AveragedOption): Tensor<Float32Array>;
  /**
   * One step on one batch, on the calling thread. Returns loss and metrics of the batch, as they were before the step.
   */
  trainOnBatch(x: TensorLike, y: TensorLike): Logs;

  /** Mean loss over the rows, and its gradient for each parameter by name. */
  gradients(x: TensorLike, y: TensorLike): Gradients;
  /**
   * From the gradient of anything with respect to the output (rows × outputs) to those of the parameters, by name, and
   * of the input.
   * @example
   * const { gradients, input } = model.backward([[0, 1]], [[1, 0]]); // for a model of two inputs and two outputs
   */
  backward(x: TensorLike, outputGradient: TensorLike): Backward;
  /**
   * One step of the optimizer from gradients by name, one for each parameter.
   * @example
   * model.applyGradients(model.gradients(x, y).gradients); // what trainOnBatch(x, y) does
   */
  applyGradients(gradients: Record<string, TensorLike>): void;
  /** Compares back-propagation with central differences, in float64: the largest relative error for each parameter. */
  checkGradients(x: TensorLike, y: TensorLike, options?: CheckGradientsOptions): Record<string, number>;

  /**
   * Copies of all weights, by name: `dense.kernel` [inputs, units], `dense.bias` [units]; with `averaged: true`, which is never the default
   * here, of their averages.
   */
  getWeights(options?: AveragedOption): Weights;
  /**
   * Takes one entry for each parameter, by name; nothing changes unless all fit.
   * @example
   * model.setWeights(model.getWeights());
   */
  setWeights(weights: Record<string, TensorLike>): void;
  /**
   * The optimizer's state, by name: `dense.kernel.expAvg` (row-major), `dense.kernel.step`; also `epochs`, which the order of rows follows
   * from, and `version`. Copies. With the weights it is all that training goes on from; digests then agree.
   * @example
   * const saved = { weights: model.getWeights(), state: model.stateDict() };
   */
  stateDict(): StateDict;
  /**
   * Goes on from a state, also of another model or a bound optimizer. The order of names is irrelevant, states of older versions are
   * accepted; nothing changes unless all fits.
   *
   * @returns the names that were missing and those that were unexpected: with `strict`, none
   * @throws `ERR_PLUMMET_STATE` where, with `strict` (the default), names are missing or unexpected, or where the state is of a newer version;
   * `ERR_PLUMMET_SHAPE`, `ERR_PLUMMET_TYPE`, `ERR_PLUMMET_OPTION` where a value is not one of its parameter's.
   * @example
   * model.loadStateDict(model.stateDict(), { strict: false });
   */
  loadStateDict(state: Readonly<StateDict>, options?: LoadOptions): StateDifference;
  /** SHA-256, in hex, of all weights and of the optimizer's state. Two trainings agree if it does. */
  digest(): string;
  /** A table of layers, output shapes and parameters. */
  summary(): string;
  /** The lowered training step, as plain data; `String(model.plan())` is for people. */
  plan(): Plan;
}
