import { flag, inRange, positiveInteger, rangeError } from '../errors.ts';
import { exp, log } from '../math.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdemamixOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the fast mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** In [0, 1): decay of the slow mean of gradients; default 0.9999. */
  beta3?: number;
  /** At least 0: the weight of the slow mean; default 5 (2 in the authors' code). */
  alpha?: number;
  /** An integer of at least 1: over so many steps α grows linearly from 0, and β₃ from β₁ such that its half-life grows linearly. Needs β₁ > 0 and β₃ > 0. Default null: no warm-up. */
  tAlphaBeta3?: number | null;
  /** At least 0: added to the root after its bias correction; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ of the weight decay; default 0. */
  weightDecay?: Scheduled;
  /** Decay by p ← (1 − learningRate · λ) p before the step; otherwise λp is added to the gradient. Default true. */
  decoupledWeightDecay?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'beta3',
  'alpha',
  'tAlphaBeta3',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
] as const;

/** The part of α, and β₃, that a step has. */
function warmedUp(beta1: number, beta3: number, steps: number | null): (step: number) => [number, number] {
  if (steps === null) return () => [1, beta3];
  const [log1, log3] = [log(beta1), log(beta3)];
  return (step) => {
    const part = step / steps;
    if (part >= 1) return [1, beta3];
    return [part, Math.min(exp((log1 * log3) / ((1 - part) * log3 + part * log1)), beta3)];
  };
}

/**
 * AdEMAMix (Pagliardini, Ablin, Grangier 2024, Algorithm 1): AdamW with a second, slow mean of gradients, which is not bias-corrected.
 *
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; s ← β₃s + (1 − β₃)g; p ← p − learningRate · (m / (1 − β₁ᵗ) + αs) / (√v / √(1 − β₂ᵗ) + ε).
 * States: `expAvg`, `expAvgSq`, `expAvgSlow`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.ademamix();
 */
export function ademamix(options: AdemamixOptions & CommonOptions<AdemamixOptions> = {}): Optimizer {
  return composed('ademamix', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('ademamix', given.learningRate ?? 1e-3);
  const beta1 = inRange('ademamix', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('ademamix', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const beta3 = inRange('ademamix', 'beta3', given.beta3 ?? 0.9999, 0, 1, '[)');
  const alpha = inRange('ademamix', 'alpha', given.alpha ?? 5, 0, Number.POSITIVE_INFINITY);
  const warmup = given.tAlphaBeta3 ?? null;
  const tAlphaBeta3 = warmup === null ? null : positiveInteger('ademamix', 'tAlphaBeta3', warmup);
  const epsilon = inRange('ademamix', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('ademamix', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('ademamix', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  if (tAlphaBeta3 !== null && (beta1 === 0 || beta3 === 0)) {
    const problem = `tAlphaBeta3 needs a beta1 and a beta3 above 0, got ${beta1} and ${beta3}`;
    throw rangeError('ERR_PLUMMET_OPTION', `ademamix: ${problem}`);
  }
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  const slowAt = warmedUp(beta1, beta3, tAlphaBeta3);
  return createOptimizer({
    name: 'ademamix',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, beta3, alpha, tAlphaBeta3, epsilon, decoupledWeightDecay },
    op: 'ademamix',
    states: ['expAvg', 'expAvgSq', 'expAvgSlow'].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2), tAlphaBeta3 ?? 1),
    scalars: (step, { learningRate, weightDecay }) => {
      const [part, slow] = slowAt(step);
      return [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        slow,
        1 - slow,
        learningRate / (1 - power1(step)),
        learningRate * (alpha * part),
        1 / Math.sqrt(1 - power2(step)),
        epsilon,
        ...decays(decoupledWeightDecay, { learningRate, weightDecay }),
      ];
    },
  });
}
