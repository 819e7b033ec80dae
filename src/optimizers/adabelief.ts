import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdabeliefOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared deviations from that mean; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction; default 1e-16. */
  epsilon?: number;
  /** At least 0: added to the variance in every step, so that it accumulates; default: `epsilon`, as in the authors' code. */
  epsilonRoot?: number;
  /** At least 0, or a schedule: λ of the weight decay; default 0. */
  weightDecay?: Scheduled;
  /** Decay by p ← (1 − learningRate · λ) p before the step; otherwise λp is added to the gradient. Default true. */
  decoupledWeightDecay?: boolean;
  /** Divide by the largest variance so far; default false. */
  amsgrad?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'epsilonRoot',
  'weightDecay',
  'decoupledWeightDecay',
  'amsgrad',
] as const;

/**
 * AdaBelief (Zhuang, Tang, Ding, Tatikonda, Dvornek, Papademetris, Duncan 2020, Algorithm 2): Adam whose second moment is of the deviation of
 * gradients from their mean.
 *
 * m ← β₁m + (1 − β₁)g; s ← β₂s + (1 − β₂)(g − m)² + epsilonRoot; p ← p − learningRate / (1 − β₁ᵗ) · m / (√s / √(1 − β₂ᵗ) + ε). States:
 * `expAvg`, `expAvgVar`, with amsgrad also `maxExpAvgVar`. Defaults are those of the authors' code.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adabelief();
 */
export function adabelief(options: AdabeliefOptions & CommonOptions<AdabeliefOptions> = {}): Optimizer {
  return composed('adabelief', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('adabelief', given.learningRate ?? 1e-3);
  const beta1 = inRange('adabelief', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('adabelief', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('adabelief', 'epsilon', given.epsilon ?? 1e-16, 0, Number.POSITIVE_INFINITY);
  const epsilonRoot = inRange('adabelief', 'epsilonRoot', given.epsilonRoot ?? epsilon, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('adabelief', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('adabelief', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  const amsgrad = flag('adabelief', 'amsgrad', given.amsgrad ?? false);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'adabelief',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, epsilonRoot, decoupledWeightDecay, amsgrad },
    op: amsgrad ? 'adabeliefAmsgrad' : 'adabelief',
    states: ['expAvg', 'expAvgVar', ...(amsgrad ? ['maxExpAvgVar'] : [])].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2)),
    scalars: (step, { learningRate, weightDecay }) => [
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      learningRate / (1 - power1(step)),
      1 / Math.sqrt(1 - power2(step)),
      epsilon,
      epsilonRoot,
      ...decays(decoupledWeightDecay, { learningRate, weightDecay }),
    ],
  });
}
