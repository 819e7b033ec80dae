import { describe, oneOf, typeError } from '../errors.ts';
import type { Loss } from './loss.ts';
import * as losses from './losses.ts';
import { isLoss } from './made.ts';

export type { Loss } from './loss.ts';
export * from './losses.ts';

/** The names a loss goes by. */
const byName = {
  meanSquaredError: losses.meanSquaredError,
  mse: losses.meanSquaredError,
  sparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropy,
  categoricalCrossentropy: losses.categoricalCrossentropy,
  binaryCrossentropy: losses.binaryCrossentropy,
} as const;

export type LossName = keyof typeof byName;

/** A loss from its name, or the loss itself. */
export function resolve(loss: LossName | Loss): Loss {
  if (typeof loss === 'string') return byName[oneOf('compile', 'loss', loss, Object.keys(byName) as LossName[])]();
  if (isLoss(loss)) return loss;
  throw typeError('ERR_PLUMMET_OPTION', `compile: loss must be a name or one of losses, got ${describe(loss)}`);
}
