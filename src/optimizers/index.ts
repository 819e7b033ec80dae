import { describe, oneOf, typeError } from '../errors.ts';
import { isOptimizer } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import * as optimizers from './optimizers.ts';

export type {
  BindableParameter,
  BindOptions,
  BoundOptimizer,
  LoadOptions,
  Optimizer,
  StateDict,
  StateDifference,
} from './optimizer.ts';
export * from './optimizers.ts';

export type OptimizerName = Exclude<keyof typeof optimizers, 'switchAt'>;

/** Those that a bare name stands for: they have defaults for everything. */
export const optimizerNames = Object.keys(optimizers).filter((name) => name !== 'switchAt') as OptimizerName[];

/** An optimizer from its name, with its defaults, or the optimizer itself. */
export function resolve(optimizer: OptimizerName | Optimizer): Optimizer {
  if (typeof optimizer === 'string') {
    return optimizers[oneOf('compile', 'optimizer', optimizer, optimizerNames)]();
  }
  if (isOptimizer(optimizer)) return optimizer;
  const wanted = 'a name or what optimizers.adam() and its like return';
  throw typeError('ERR_PLUMMET_OPTION', `compile: optimizer must be ${wanted}, got ${describe(optimizer)}`);
}
