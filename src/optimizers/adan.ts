import { flag, inRange } from '../errors.ts';
import { normKinds, type Transform } from '../plan/transforms.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdanOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.98. */
  beta1?: number;
  /** In [0, 1): decay of the mean of their differences; default 0.92. */
  beta2?: number;
  /** In [0, 1): decay of the mean of squares; default 0.99. */
  beta3?: number;
  /** At least 0: added to the root after its bias correction; default 1e-8. */
  epsilon?: number;
  /** At least 0: all gradients of the group together are scaled by min(1, maxGradNorm / (norm + epsilon)); 0 (default) leaves them as they are. */
  maxGradNorm?: number;
  /** At least 0, or a schedule: λ of the weight decay; default 0. */
  weightDecay?: Scheduled;
  /** Decay by p ← (1 − learningRate · λ) p before the step; otherwise by p ← p / (1 + learningRate · λ) after it, as published. Default false. */
  decoupledWeightDecay?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'beta3',
  'epsilon',
  'maxGradNorm',
  'weightDecay',
  'decoupledWeightDecay',
] as const;

/**
 * Adan (Xie, Zhou, Li, Lin, Yan 2022, Algorithm 1), in the authors' form: the betas are the complements of the paper's.
 *
 * With Δ the difference between this gradient and the last (0 on the first step): m ← β₁m + (1 − β₁)g; d ← β₂d + (1 − β₂)Δ; v ← β₃v + (1 − β₃)(g + β₂Δ)²;
 * p ← p − learningRate · (m / (1 − β₁ᵗ) + β₂d / (1 − β₂ᵗ)) / (√v / √(1 − β₃ᵗ) + ε). States: `expAvg`, `expAvgSq`, `expAvgDiff`,
 * `negPrevGrad`. optax weights the difference by 1 − β₂ instead. `maxGradNorm` is the
 * authors': after what common options do to each gradient, before `globalClipNorm`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adan();
 */
export function adan(options: AdanOptions & CommonOptions<AdanOptions> = {}): Optimizer {
  return composed('adan', options, known, rule);
}

const partNorm = (most: number, epsilon: number): Transform => ({
  op: 'norm',
  limits: [most, epsilon],
  column: 0,
  kind: normKinds.squares,
  together: true,
  mean: false,
});

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('adan', given.learningRate ?? 1e-3);
  const beta1 = inRange('adan', 'beta1', given.beta1 ?? 0.98, 0, 1, '[)');
  const beta2 = inRange('adan', 'beta2', given.beta2 ?? 0.92, 0, 1, '[)');
  const beta3 = inRange('adan', 'beta3', given.beta3 ?? 0.99, 0, 1, '[)');
  const epsilon = inRange('adan', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const maxGradNorm = inRange('adan', 'maxGradNorm', given.maxGradNorm ?? 0, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('adan', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('adan', 'decoupledWeightDecay', given.decoupledWeightDecay ?? false);
  const [power1, power2, power3] = [beta1, beta2, beta3].map(runningProduct);
  return createOptimizer({
    name: 'adan',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, beta3, epsilon, maxGradNorm, decoupledWeightDecay },
    transforms: maxGradNorm > 0 ? [partNorm(maxGradNorm, epsilon)] : [],
    op: 'adan',
    states: ['expAvg', 'expAvgSq', 'expAvgDiff', 'negPrevGrad'].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(2, ...[beta1, beta2, beta3].map(settledFrom)),
    scalars: (step, { learningRate, weightDecay }) => [
      step === 1 ? 1 : 0,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      beta3,
      1 - beta3,
      learningRate / (1 - power1(step)),
      (learningRate * beta2) / (1 - power2(step)),
      1 / Math.sqrt(1 - power3(step)),
      epsilon,
      decoupledWeightDecay ? 1 - learningRate * weightDecay : 1,
      decoupledWeightDecay ? 1 : 1 / (1 + learningRate * weightDecay),
    ],
  });
}
