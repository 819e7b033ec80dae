import { inRange, oneOf, rangeError } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface FtrlOptions {
  /** Above 0, or a schedule of such; default 1e-3. */
  learningRate?: Scheduled;
  /** In [−1, 0]: the power of the accumulator by which the rate falls; default −0.5. */
  learningRatePower?: number;
  /** At least 0: what the accumulator begins with; default 0.1. */
  initialAccumulatorValue?: number;
  /** At least 0; default 0. */
  l1RegularizationStrength?: number;
  /** At least 0; default 0. */
  l2RegularizationStrength?: number;
  /** At least 0: a penalty that acts on the gradient, but not on the accumulator; default 0. */
  l2ShrinkageRegularizationStrength?: number;
  /** At least 0: β of the paper; default 0. */
  beta?: number;
  /** At least 0, or a schedule: p ← (1 − learningRate · λ) p before the step; default 0. */
  weightDecay?: Scheduled;
  /** What Keras computes; there is no other. */
  convention?: 'keras';
}

const known = [
  'learningRate',
  'learningRatePower',
  'initialAccumulatorValue',
  'l1RegularizationStrength',
  'l2RegularizationStrength',
  'l2ShrinkageRegularizationStrength',
  'beta',
  'weightDecay',
  'convention',
] as const;

/** All is divided by the rate. */
const withoutRate = (step: number): Error => {
  const where = step > 0 ? ` in step ${step}` : '';
  return rangeError('ERR_PLUMMET_OPTION', `ftrl: learningRate must be a finite number greater than 0, got 0${where}`);
};

/**
 * FTRL-Proximal (McMahan et al. 2013, Algorithm 1), in Keras's form. The parameter is computed anew from sums: what it began with is forgotten on the first
 * step.
 *
 * n ← a + g²; z ← z + g + 2 · l2Shrinkage · p − (n^q − a^q) / learningRate · p, where q = −learningRatePower; a ← n;
 * p ← (clip(z, ±l1) − z) / (n^q / learningRate + 2 · l2 + beta / learningRate), 0 where that divides by 0. States: `accumulator`, `linear`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.ftrl();
 */
export function ftrl(options: FtrlOptions & CommonOptions<FtrlOptions> = {}): Optimizer {
  return composed('ftrl', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('ftrl', given.learningRate ?? 1e-3);
  if (learningRate === 0) throw withoutRate(0);
  const learningRatePower = inRange('ftrl', 'learningRatePower', given.learningRatePower ?? -0.5, -1, 0);
  const accumulator = inRange(
    'ftrl',
    'initialAccumulatorValue',
    given.initialAccumulatorValue ?? 0.1,
    0,
    Number.POSITIVE_INFINITY,
  );
  const l1 = inRange(
    'ftrl',
    'l1RegularizationStrength',
    given.l1RegularizationStrength ?? 0,
    0,
    Number.POSITIVE_INFINITY,
  );
  const l2 = inRange(
    'ftrl',
    'l2RegularizationStrength',
    given.l2RegularizationStrength ?? 0,
    0,
    Number.POSITIVE_INFINITY,
  );
  const shrinkage = inRange(
    'ftrl',
    'l2ShrinkageRegularizationStrength',
    given.l2ShrinkageRegularizationStrength ?? 0,
    0,
    Number.POSITIVE_INFINITY,
  );
  const beta = inRange('ftrl', 'beta', given.beta ?? 0, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('ftrl', 'weightDecay', given.weightDecay ?? 0);
  const convention = oneOf('ftrl', 'convention', given.convention ?? 'keras', ['keras']);
  return createOptimizer({
    name: 'ftrl',
    hyper: { learningRate, weightDecay },
    options: {
      learningRatePower,
      initialAccumulatorValue: accumulator,
      l1RegularizationStrength: l1,
      l2RegularizationStrength: l2,
      l2ShrinkageRegularizationStrength: shrinkage,
      beta,
      convention,
    },
    op: 'ftrl',
    states: [
      { name: 'accumulator', initial: accumulator },
      { name: 'linear', initial: 0 },
    ],
    settledFrom: 1,
    scalars: (step, { learningRate, weightDecay }) => {
      if (learningRate === 0) throw withoutRate(step);
      return [
        -learningRatePower,
        1 / learningRate,
        l1,
        2 * l2 + beta / learningRate,
        2 * shrinkage,
        1 - learningRate * weightDecay,
      ];
    },
  });
}
