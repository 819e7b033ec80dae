/** The public door: what people import from `plummet`. */
export { backend } from './backend.ts';
export * as data from './data/index.ts';
export * as initializers from './initializers/initializers.ts';
export * as layers from './layers/index.ts';
export * as losses from './losses/losses.ts';
export type { Callback } from './model/callbacks.ts';
export type { CheckGradientsOptions } from './model/check-gradients.ts';
export type { BackendOptions, CompileOptions } from './model/compile.ts';
export type { EvaluateOptions, PredictOptions } from './model/evaluate.ts';
export type { FitOptions } from './model/fit-options.ts';
export type { Backward, Gradients } from './model/gradients.ts';
export type { History, Logs } from './model/history.ts';
export type { Model, ModelLayer, ModelOptimizer } from './model/model.ts';
export { type SequentialOptions, sequential } from './model/sequential.ts';
export type { Weights } from './model/weights.ts';
export * as optimizers from './optimizers/optimizers.ts';
export { type Tensor, type TensorLike, tensor } from './tensor.ts';
