import { inRange, nonNegativeInteger } from '../errors.ts';
import { averagingWeights } from './averaging.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct } from './products.ts';

export interface ScheduleFreeAdamWOptions {
  /** At least 0, or a schedule; default 2.5e-3. */
  learningRate?: Scheduled;
  /** In (0, 1): where between the average and z gradients are taken; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ of the decay, taken at y; default 0. */
  weightDecay?: Scheduled;
  /** An integer of at least 0: over so many steps the rate grows linearly; default 0. */
  warmupSteps?: number;
  /** At least 0: step t has the weight tʳ in the average; default 0. */
  r?: number;
  /** At least 0: a step's weight is multiplied by this power of the largest rate so far; default 2. */
  weightLrPower?: number;
  /** Keras's: every step has the same weight, and the decay, with the rate before warm-up, acts on y alone. Default torch: the authors' code. */
  convention?: 'torch' | 'keras';
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'warmupSteps',
  'r',
  'weightLrPower',
  'convention',
] as const;

/**
 * Schedule-free AdamW (Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky 2024), in the authors' form, which holds y and z.
 *
 * v ← β₂v + (1 − β₂)g²; d = g / (√v / √(1 − β₂ᵗ) + ε) + λy; y ← (1 − c) y + cz − learningRate · (1 − β₁(1 − c)) d; z ← z − learningRate · d, where c is the weight
 * of the step in the average. States: `z`, `expAvgSq`.
 *
 * What is trained, and held in the parameter, is y; what to evaluate is the average x = y + (1 − 1 / β₁)(z − y): `averaged()` of what `bind` returns gives it, and models are evaluated by it unless they are told `averaged: false`.
 * It needs a rate that is constant after its warm-up.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.scheduleFreeAdamW();
 */
export function scheduleFreeAdamW(
  options: ScheduleFreeAdamWOptions & CommonOptions<ScheduleFreeAdamWOptions> = {},
): Optimizer {
  return composed('scheduleFreeAdamW', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('scheduleFreeAdamW', given.learningRate ?? 2.5e-3);
  const beta1 = inRange('scheduleFreeAdamW', 'beta1', given.beta1 ?? 0.9, 0, 1, '()');
  const beta2 = inRange('scheduleFreeAdamW', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('scheduleFreeAdamW', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('scheduleFreeAdamW', 'weightDecay', given.weightDecay ?? 0);
  const convention = conventionOption('scheduleFreeAdamW', given.convention);
  const keras = convention === 'keras';
  const warmupSteps = nonNegativeInteger('scheduleFreeAdamW', 'warmupSteps', given.warmupSteps ?? 0);
  const r = inRange('scheduleFreeAdamW', 'r', given.r ?? 0, 0, Number.POSITIVE_INFINITY);
  const weightLrPower = inRange(
    'scheduleFreeAdamW',
    'weightLrPower',
    given.weightLrPower ?? (keras ? 0 : 2),
    0,
    Number.POSITIVE_INFINITY,
  );
  const rateAt = (step: number): number => optimizer.learningRateAt(step);
  const averaging = averagingWeights({ warmupSteps, r, weightLrPower });
  const power2 = runningProduct(beta2);
  const optimizer: Optimizer = createOptimizer({
    name: 'scheduleFreeAdamW',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, warmupSteps, r, weightLrPower, convention },
    op: 'scheduleFreeAdamW',
    states: [
      { name: 'z', initial: 0 },
      { name: 'expAvgSq', initial: 0 },
    ],
    numbers: averaging.numbers(rateAt),
    averaged: { state: 'z', weight: 1 - 1 / beta1, byDefault: true },
    settledFrom: Number.POSITIVE_INFINITY,
    scalars: (step, { learningRate, weightDecay }, count) => {
      const { rate, average } = averaging.weightOf(count, learningRate, rateAt);
      return [
        step === 1 ? 1 : 0,
        beta2,
        1 - beta2,
        1 / Math.sqrt(1 - power2(step)),
        epsilon,
        ...decays(keras, { learningRate, weightDecay }),
        average,
        rate,
        rate * (1 - beta1 * (1 - average)),
      ];
    },
  });
  return optimizer;
}
