import { inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { conventionOption } from './convention.ts';
import { type FewBitsOptions, fewBits, fewBitsOptions } from './few-bits.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface LionOptions extends FewBitsOptions {
  /** At least 0, or a schedule; default 1e-4, by Keras's convention 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): the weight of the mean in the direction of a step; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of gradients; default 0.99. */
  beta2?: number;
  /** At least 0, or a schedule: λ, decoupled: p ← (1 − learningRate · λ) p before the step; default 0. */
  weightDecay?: Scheduled;
  /** The rule is the same; they differ in the default of the rate. Default torch. */
  convention?: 'torch' | 'keras';
}

const known = ['learningRate', 'beta1', 'beta2', 'weightDecay', 'convention', ...fewBitsOptions] as const;

/**
 * Lion (Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu, Le 2023, Algorithm 2).
 *
 * p ← p − learningRate · sign(β₁m + (1 − β₁)g); m ← β₂m + (1 − β₂)g. State: `expAvg`, in eight bits `expAvgCodes` and `expAvgScales`. sign(0) is 0. A rate some ten times lower than Adam's, and a λ as much
 * higher, are the authors' advice.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.lion();
 */
export function lion(options: LionOptions & CommonOptions<LionOptions> = {}): Optimizer {
  return composed('lion', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('lion', given.convention);
  const learningRate = learningRateOption('lion', given.learningRate ?? (convention === 'keras' ? 1e-3 : 1e-4));
  const beta1 = inRange('lion', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('lion', 'beta2', given.beta2 ?? 0.99, 0, 1, '[)');
  const weightDecay = scheduledOption('lion', 'weightDecay', given.weightDecay ?? 0);
  const storage = fewBits('lion', given);
  return createOptimizer({
    name: 'lion',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, convention, ...storage.options },
    ...storage.of('lion', 6, ['expAvg']),
    settledFrom: 1,
    scalars: (_step, { learningRate, weightDecay }) => [
      learningRate,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1 - learningRate * weightDecay,
    ],
  });
}
