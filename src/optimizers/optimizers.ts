/** What users see as `optimizers`. */
export { type AdamOptions, adam } from './adam.ts';
export type { BindOptions, BoundOptimizer, Optimizer } from './optimizer.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type YogiOptions, yogi } from './yogi.ts';
