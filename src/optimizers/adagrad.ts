import { inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdagradOptions {
  /** At least 0, or a schedule; default 1e-2, Keras's 1e-3. */
  learningRate?: Scheduled;
  /** At least 0: ζ, the rate of step t is divided by 1 + (t − 1)ζ; default 0. */
  lrDecay?: number;
  /** At least 0: what the sum begins with; default 0, Keras's 0.1. */
  initialAccumulatorValue?: number;
  /** At least 0: added to the root, in Keras's convention under it; default 1e-10, Keras's 1e-7. */
  epsilon?: number;
  /**
   * At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2); with Keras's convention the parameter is multiplied by 1 −
   * learningRate · λ first.
   */
  weightDecay?: Scheduled;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = ['learningRate', 'lrDecay', 'initialAccumulatorValue', 'epsilon', 'weightDecay', 'convention'] as const;

/**
 * Adagrad (Duchi, Hazan and Singer 2011, the diagonal form), in PyTorch's form.
 *
 * s ← s + g²; p ← p − learningRate / (1 + (t − 1)ζ) · g / (√s + ε). State: `sum`.
 *
 * Keras has ε under the root, begins the sum with 0.1, and decouples weight decay.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adagrad({ learningRate: 0.05, initialAccumulatorValue: 0.1 });
 */
export function adagrad(options: AdagradOptions & CommonOptions<AdagradOptions> = {}): Optimizer {
  return composed('adagrad', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const infinity = Number.POSITIVE_INFINITY;
  const convention = conventionOption('adagrad', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('adagrad', given.learningRate ?? (keras ? 1e-3 : 1e-2));
  const lrDecay = inRange('adagrad', 'lrDecay', given.lrDecay ?? 0, 0, infinity);
  const accumulator = given.initialAccumulatorValue ?? (keras ? 0.1 : 0);
  const initialAccumulatorValue = inRange('adagrad', 'initialAccumulatorValue', accumulator, 0, infinity);
  const epsilon = inRange('adagrad', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-10), 0, infinity);
  const weightDecay = scheduledOption('adagrad', 'weightDecay', given.weightDecay ?? 0);
  return createOptimizer({
    name: 'adagrad',
    hyper: { learningRate, weightDecay },
    options: { lrDecay, initialAccumulatorValue, epsilon, convention },
    op: 'adagrad',
    states: [{ name: 'sum', initial: initialAccumulatorValue }],
    settledFrom: lrDecay === 0 ? 1 : infinity,
    scalars: (step, values) => [
      values.learningRate / (1 + (step - 1) * lrDecay),
      keras ? epsilon : 0,
      keras ? 0 : epsilon,
      ...decays(keras, values),
    ],
  });
}
