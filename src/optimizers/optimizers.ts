/** What users see as `optimizers`. */
export { type AdadeltaOptions, adadelta } from './adadelta.ts';
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam } from './adam.ts';
export { type AdamaxOptions, adamax } from './adamax.ts';
export { type AdamwOptions, adamw } from './adamw.ts';
export type { Convention } from './convention.ts';
export { type NadamOptions, nadam } from './nadam.ts';
export type { BindOptions, BoundOptimizer, Optimizer } from './optimizer.ts';
export { type RadamOptions, radam } from './radam.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
export { type RpropOptions, rprop } from './rprop.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type YogiOptions, yogi } from './yogi.ts';
