import { inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdadeltaOptions {
  /** At least 0, or a schedule; default 1, Keras's 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1]: decay of both means; default 0.9, Keras's 0.95. */
  rho?: number;
  /** At least 0: added under both roots; default 1e-6, Keras's 1e-7. */
  epsilon?: number;
  /**
   * At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2); with Keras's convention the parameter is multiplied by 1 −
   * learningRate · λ first.
   */
  weightDecay?: Scheduled;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = ['learningRate', 'rho', 'epsilon', 'weightDecay', 'convention'] as const;

/**
 * Adadelta (Zeiler 2012, Algorithm 1), in PyTorch's form: with a learning rate, which the paper does not have.
 *
 * v ← ρv + (1 − ρ)g²; Δ = √(u + ε) / √(v + ε) · g; u ← ρu + (1 − ρ)Δ²; p ← p − learningRate · Δ. States: `squareAvg` (v), `accDelta` (u).
 *
 * Keras computes the same with other defaults, and decouples weight decay.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adadelta({ learningRate: 1 });
 */
export function adadelta(options: AdadeltaOptions & CommonOptions<AdadeltaOptions> = {}): Optimizer {
  return composed('adadelta', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('adadelta', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('adadelta', given.learningRate ?? (keras ? 1e-3 : 1));
  const rho = inRange('adadelta', 'rho', given.rho ?? (keras ? 0.95 : 0.9), 0, 1);
  const epsilon = inRange('adadelta', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-6), 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('adadelta', 'weightDecay', given.weightDecay ?? 0);
  return createOptimizer({
    name: 'adadelta',
    hyper: { learningRate, weightDecay },
    options: { rho, epsilon, convention },
    op: 'adadelta',
    states: ['squareAvg', 'accDelta'].map((name) => ({ name, initial: 0 })),
    settledFrom: 1,
    scalars: (_step, values) => [rho, 1 - rho, epsilon, values.learningRate, ...decays(keras, values)],
  });
}
