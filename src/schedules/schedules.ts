/** All schedules, by name. */
export { type ChainedOptions, chained } from './chained.ts';
export { type ConstantOptions, constant } from './constant.ts';
export { type CosineOptions, cosine } from './cosine.ts';
export { type CosineRestartsOptions, cosineRestarts } from './cosine-restarts.ts';
export { type CyclicOptions, cyclic, cyclicMomentum } from './cyclic.ts';
export { type ExponentialOptions, exponential } from './exponential.ts';
export { type InverseTimeOptions, inverseTime } from './inverse-time.ts';
export { type LinearOptions, linear } from './linear.ts';
export { type MultiStepOptions, multiStep } from './multi-step.ts';
export { type OneCycleOptions, oneCycle, oneCycleMomentum } from './one-cycle.ts';
export { type PiecewiseOptions, piecewise } from './piecewise.ts';
export { type PolynomialOptions, polynomial } from './polynomial.ts';
export { type PlateauState, type ReduceOnPlateauOptions, reduceOnPlateau } from './reduce-on-plateau.ts';
export { type SequentialOptions, sequential } from './sequential.ts';
export { type StepOptions, step } from './step.ts';
export { type WarmupOptions, warmup } from './warmup.ts';
