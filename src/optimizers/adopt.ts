import { flag, inRange, rangeError } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdoptOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of normalised gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.9999. */
  beta2?: number;
  /** At least 0: the least that a gradient is divided by; default 1e-6. */
  epsilon?: number;
  /** Clip normalised gradients to ±(t − clipDelay)^¼; default true. false: the form of the first preprint. */
  clip?: boolean;
  /** 0 or 1: by how many steps the clipping lags; default 1, as in the authors' code and in optax. 0: as in pytorch_optimizer. */
  clipDelay?: number;
  /** At least 0, or a schedule: λ of the weight decay; default 0. */
  weightDecay?: Scheduled;
  /** Decay by p ← (1 − learningRate · λ) p before the step; otherwise λp is added to the gradient. Default true. */
  decoupledWeightDecay?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'clip',
  'clipDelay',
  'weightDecay',
  'decoupledWeightDecay',
] as const;

/**
 * ADOPT (Taniguchi, Harada, Minegishi, Oshima, Jeong, Nagahara, Iiyama, Suzuki, Iwasawa, Matsuo 2024, Algorithm 2): Adam that divides a gradient by the
 * root of earlier squares alone, before the mean.
 *
 * n ← clip(g / max(√v, ε), ±(t − 1)^¼); m ← β₁m + (1 − β₁)n; p ← p − learningRate · m; v ← β₂v + (1 − β₂)g². The first step only decays and
 * sets v to g². States: `expAvg`, `expAvgSq`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adopt();
 */
export function adopt(options: AdoptOptions & CommonOptions<AdoptOptions> = {}): Optimizer {
  return composed('adopt', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('adopt', given.learningRate ?? 1e-3);
  const beta1 = inRange('adopt', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('adopt', 'beta2', given.beta2 ?? 0.9999, 0, 1, '[)');
  const epsilon = inRange('adopt', 'epsilon', given.epsilon ?? 1e-6, 0, Number.POSITIVE_INFINITY);
  const clip = flag('adopt', 'clip', given.clip ?? true);
  const clipDelay = inRange('adopt', 'clipDelay', given.clipDelay ?? 1, 0, 1);
  if (clipDelay !== 0 && clipDelay !== 1) {
    throw rangeError('ERR_PLUMMET_OPTION', `adopt: clipDelay must be 0 or 1, got ${clipDelay}`);
  }
  const weightDecay = scheduledOption('adopt', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('adopt', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  return createOptimizer({
    name: 'adopt',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, clip, clipDelay, decoupledWeightDecay },
    op: 'adopt',
    states: ['expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
    settledFrom: clip ? Number.POSITIVE_INFINITY : 2,
    scalars: (step, { learningRate, weightDecay }) => {
      const moving = step > 1;
      const limit = clip ? Math.sqrt(Math.sqrt(step - clipDelay)) : Number.POSITIVE_INFINITY;
      return [
        learningRate,
        beta1,
        1 - beta1,
        moving ? beta2 : 0,
        moving ? 1 - beta2 : 1,
        // On the first step there is no root yet, and what is clipped to 0 must be a number.
        moving ? epsilon : 1,
        moving ? limit : 0,
        ...decays(decoupledWeightDecay, { learningRate, weightDecay }),
      ];
    },
  });
}
