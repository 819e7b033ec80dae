/** What users see as `optimizers`. */

export { type AdabeliefOptions, adabelief } from './adabelief.ts';
export { type AdadeltaOptions, adadelta } from './adadelta.ts';
export { type AdagradOptions, adagrad } from './adagrad.ts';
export { type AdamOptions, adam } from './adam.ts';
export { type AdamaxOptions, adamax } from './adamax.ts';
export { type AdamwOptions, adamw } from './adamw.ts';
export { type AdanOptions, adan } from './adan.ts';
export { type AdemamixOptions, ademamix } from './ademamix.ts';
export { type AdoptOptions, adopt } from './adopt.ts';
export { type AmsgradOptions, amsgrad } from './amsgrad.ts';
export { type AsgdOptions, asgd } from './asgd.ts';
export type { AdaptiveLimit, CommonOptions, NormLimit } from './common.ts';
export type { Convention } from './convention.ts';
export { type FtrlOptions, ftrl } from './ftrl.ts';
export type { GroupOptions } from './groups.ts';
export { type LionOptions, lion } from './lion.ts';
export { type NadamOptions, nadam } from './nadam.ts';
export type { BindOptions, BoundOptimizer, LoadOptions, Optimizer, StateDifference } from './optimizer.ts';
export { type RadamOptions, radam } from './radam.ts';
export { type RmspropOptions, rmsprop } from './rmsprop.ts';
export { type RpropOptions, rprop } from './rprop.ts';
export { type ScheduleFreeAdamWOptions, scheduleFreeAdamW } from './schedule-free-adamw.ts';
export { type ScheduleFreeSGDOptions, scheduleFreeSGD } from './schedule-free-sgd.ts';
export { type SgdOptions, sgd } from './sgd.ts';
export { type SignumOptions, signum } from './signum.ts';
export { type SophiaGOptions, sophiaG } from './sophia-g.ts';
export { type YogiOptions, yogi } from './yogi.ts';
