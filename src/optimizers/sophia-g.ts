import { inRange, positiveInteger } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface SophiaGOptions {
  /** At least 0, or a schedule; default 1e-4. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.965. */
  beta1?: number;
  /** In [0, 1): decay of the estimate of the Hessian; default 0.99. */
  beta2?: number;
  /** At least 0: where steps begin to be clipped; default 0.04. */
  rho?: number;
  /** An integer of at least 1: rows (for language, tokens) in a batch, by which the estimate is multiplied; default 5120. */
  batchSize?: number;
  /** At least 0: added to what the mean is divided by; default 1e-15. */
  epsilon?: number;
  /** At least 0, or a schedule: λ, decoupled: p ← (1 − learningRate · λ) p before the step; default 0.1. */
  weightDecay?: Scheduled;
}

const known = ['learningRate', 'beta1', 'beta2', 'rho', 'batchSize', 'epsilon', 'weightDecay'] as const;

/**
 * Sophia-G (Liu, Li, Hall, Liang, Ma 2023, Algorithm 3), in the authors' form.
 *
 * m ← β₁m + (1 − β₁)g; p ← p − learningRate · sign(m) · min(|m| / (rho · batchSize · h + ε), 1). Every ten steps or so, after the step, h ← β₂h + (1 − β₂)ĝ², where ĝ is the gradient
 * of the mean loss against labels sampled from the model's own predictions: `updateHessian(gradients)` of what `bind` returns. As long as h is 0
 * every step is that of the sign. States: `expAvg`, `hessian`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.sophiaG();
 */
export function sophiaG(options: SophiaGOptions & CommonOptions<SophiaGOptions> = {}): Optimizer {
  return composed('sophiaG', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('sophiaG', given.learningRate ?? 1e-4);
  const beta1 = inRange('sophiaG', 'beta1', given.beta1 ?? 0.965, 0, 1, '[)');
  const beta2 = inRange('sophiaG', 'beta2', given.beta2 ?? 0.99, 0, 1, '[)');
  const rho = inRange('sophiaG', 'rho', given.rho ?? 0.04, 0, Number.POSITIVE_INFINITY);
  const batchSize = positiveInteger('sophiaG', 'batchSize', given.batchSize ?? 5120);
  const epsilon = inRange('sophiaG', 'epsilon', given.epsilon ?? 1e-15, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('sophiaG', 'weightDecay', given.weightDecay ?? 0.1);
  return createOptimizer({
    name: 'sophiaG',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, rho, batchSize, epsilon },
    op: 'sophiaG',
    states: ['expAvg', 'hessian'].map((name) => ({ name, initial: 0 })),
    settledFrom: 1,
    scalars: (_step, { learningRate, weightDecay }) => [
      0,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      learningRate,
      rho * batchSize,
      epsilon,
      1 - learningRate * weightDecay,
    ],
    hessianScalars: [1, beta1, 1 - beta1, beta2, 1 - beta2, 0, 0, 0, 1],
  });
}
