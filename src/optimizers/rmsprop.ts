import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface RmspropOptions {
  /** At least 0, or a schedule; default 1e-2, Keras's 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1]: decay of the mean of squared gradients; default 0.99, Keras's 0.9. */
  alpha?: number;
  /** At least 0: added to the root, in Keras's convention under it; default 1e-8, Keras's 1e-7. */
  epsilon?: number;
  /** At least 0, or a schedule; default 0: without a momentum buffer. */
  momentum?: Scheduled;
  /** Divide by the deviation instead of the root mean square; default false. */
  centered?: boolean;
  /** At least 0: what the mean of squared gradients begins with; default 0. */
  initialAccumulatorValue?: number;
  /**
   * At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2); with Keras's convention the parameter is multiplied by 1 −
   * learningRate · λ first.
   */
  weightDecay?: Scheduled;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = [
  'learningRate',
  'alpha',
  'epsilon',
  'momentum',
  'centered',
  'initialAccumulatorValue',
  'weightDecay',
  'convention',
] as const;

/**
 * RMSprop (Tieleman and Hinton 2012; centered: Graves 2013), in PyTorch's form.
 *
 * v ← αv + (1 − α)g²; centered: a ← αa + (1 − α)g and v − a², at least 0, in the place of v; p ← p − learningRate · g / (√v + ε), with momentum
 * b ← momentum · b + g / (√v + ε); p ← p − learningRate · b. States: `squareAvg` (v), centered `gradAvg` (a), with momentum `momentumBuffer` (b).
 *
 * Keras has ε under the root and the learning rate inside the buffer, and decouples weight decay; optax's `epsilonInsideSqrt` is the same form.
 * Elsewhere rounding may make v − a² negative, and the step NaN.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.rmsprop({ learningRate: 1e-3, momentum: 0.9, centered: true });
 */
export function rmsprop(options: RmspropOptions & CommonOptions<RmspropOptions> = {}): Optimizer {
  return composed('rmsprop', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const infinity = Number.POSITIVE_INFINITY;
  const convention = conventionOption('rmsprop', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('rmsprop', given.learningRate ?? (keras ? 1e-3 : 1e-2));
  const alpha = inRange('rmsprop', 'alpha', given.alpha ?? (keras ? 0.9 : 0.99), 0, 1);
  const epsilon = inRange('rmsprop', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-8), 0, infinity);
  const momentum = scheduledOption('rmsprop', 'momentum', given.momentum ?? 0);
  const centered = flag('rmsprop', 'centered', given.centered ?? false);
  const accumulator = given.initialAccumulatorValue ?? 0;
  const initialAccumulatorValue = inRange('rmsprop', 'initialAccumulatorValue', accumulator, 0, infinity);
  const weightDecay = scheduledOption('rmsprop', 'weightDecay', given.weightDecay ?? 0);
  const buffered = momentum !== 0;
  const kernel = centered ? 'rmspropCentered' : 'rmsprop';
  return createOptimizer<'momentum' | 'weightDecay'>({
    name: 'rmsprop',
    hyper: { learningRate, momentum, weightDecay },
    options: { alpha, epsilon, centered, initialAccumulatorValue, convention },
    op: buffered ? `${kernel}Momentum` : kernel,
    states: [
      { name: 'squareAvg', initial: initialAccumulatorValue },
      ...(centered ? [{ name: 'gradAvg', initial: 0 }] : []),
      ...(buffered ? [{ name: 'momentumBuffer', initial: 0 }] : []),
    ],
    settledFrom: 1,
    scalars: (_step, values) => {
      // With a buffer the rate stands inside (Keras) or outside; the other of the two is 1.
      const outside = buffered && !keras;
      const epsilons = keras ? [epsilon, 0] : [0, epsilon];
      const row = [alpha, 1 - alpha, outside ? 1 : values.learningRate, ...epsilons, ...decays(keras, values)];
      return buffered ? [...row, values.momentum, outside ? values.learningRate : 1] : row;
    },
  });
}
