import { inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdamaxOptions {
  /** At least 0, or a schedule; default 2e-3, Keras's 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the largest magnitude; default 0.999. */
  beta2?: number;
  /** At least 0: added to the gradient's magnitude, in Keras's convention to the divisor; default 1e-8, Keras's 1e-7. */
  epsilon?: number;
  /**
   * At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2); with Keras's convention the parameter is multiplied by 1 −
   * learningRate · λ first.
   */
  weightDecay?: Scheduled;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'convention'] as const;

/**
 * Adamax (Kingma and Ba 2015, Algorithm 2), in PyTorch's form.
 *
 * m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g| + ε); p ← p − learningRate / (1 − β₁ᵗ) · m / u. States: `expAvg` (m), `expInf` (u).
 *
 * Keras has ε in the divisor, u ← max(β₂u, |g|) and m / (u + ε), and decouples weight decay; the paper has no ε.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adamax({ learningRate: 2e-3 });
 */
export function adamax(options: AdamaxOptions & CommonOptions<AdamaxOptions> = {}): Optimizer {
  return composed('adamax', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('adamax', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('adamax', given.learningRate ?? (keras ? 1e-3 : 2e-3));
  const beta1 = inRange('adamax', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('adamax', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('adamax', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-8), 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('adamax', 'weightDecay', given.weightDecay ?? 0);
  const power1 = runningProduct(beta1);
  return createOptimizer({
    name: 'adamax',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, convention },
    op: 'adamax',
    states: ['expAvg', 'expInf'].map((name) => ({ name, initial: 0 })),
    settledFrom: settledFrom(beta1),
    scalars: (step, values) => [
      beta1,
      1 - beta1,
      beta2,
      values.learningRate / (1 - power1(step)),
      keras ? 0 : epsilon,
      keras ? epsilon : 0,
      ...decays(keras, values),
    ],
  });
}
