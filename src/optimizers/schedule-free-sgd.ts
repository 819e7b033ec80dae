import { inRange, nonNegativeInteger } from '../errors.ts';
import { averagingWeights } from './averaging.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface ScheduleFreeSGDOptions {
  /** At least 0, or a schedule; default 1. */
  learningRate?: Scheduled;
  /** In (0, 1): where between the average and z gradients are taken; default 0.9. */
  momentum?: number;
  /** At least 0, or a schedule: λ of the L2 penalty, taken at y and added to the gradient; default 0. */
  weightDecay?: Scheduled;
  /** An integer of at least 0: over so many steps the rate grows linearly; default 0. */
  warmupSteps?: number;
  /** At least 0: step t has the weight tʳ in the average; default 0. */
  r?: number;
  /** At least 0: a step's weight is multiplied by this power of the largest rate so far; default 2. */
  weightLrPower?: number;
}

const known = ['learningRate', 'momentum', 'weightDecay', 'warmupSteps', 'r', 'weightLrPower'] as const;

/**
 * Schedule-free SGD (Defazio, Yang, Mehta, Mishchenko, Khaled, Cutkosky 2024, Algorithm 1), in the authors' form, which holds y and z.
 *
 * y ← (1 − c) y + cz − learningRate · (1 − momentum · (1 − c)) g; z ← z − learningRate · g, where c is the weight of the step in the average. State: `z`.
 *
 * What is trained, and held in the parameter, is y; what to evaluate is the average x = y + (1 − 1 / momentum)(z − y): `averaged()` of what `bind` returns gives it, and models are evaluated by it unless they are told `averaged: false`.
 * It needs a rate that is constant after its warm-up, and a higher one than SGD.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.scheduleFreeSGD();
 */
export function scheduleFreeSGD(
  options: ScheduleFreeSGDOptions & CommonOptions<ScheduleFreeSGDOptions> = {},
): Optimizer {
  return composed('scheduleFreeSGD', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('scheduleFreeSGD', given.learningRate ?? 1);
  const momentum = inRange('scheduleFreeSGD', 'momentum', given.momentum ?? 0.9, 0, 1, '()');
  const weightDecay = scheduledOption('scheduleFreeSGD', 'weightDecay', given.weightDecay ?? 0);
  const warmupSteps = nonNegativeInteger('scheduleFreeSGD', 'warmupSteps', given.warmupSteps ?? 0);
  const r = inRange('scheduleFreeSGD', 'r', given.r ?? 0, 0, Number.POSITIVE_INFINITY);
  const weightLrPower = inRange(
    'scheduleFreeSGD',
    'weightLrPower',
    given.weightLrPower ?? 2,
    0,
    Number.POSITIVE_INFINITY,
  );
  const rateAt = (step: number): number => optimizer.learningRateAt(step);
  const averaging = averagingWeights({ warmupSteps, r, weightLrPower });
  const optimizer: Optimizer = createOptimizer({
    name: 'scheduleFreeSGD',
    hyper: { learningRate, weightDecay },
    options: { momentum, warmupSteps, r, weightLrPower },
    op: 'scheduleFreeSGD',
    states: [{ name: 'z', initial: 0 }],
    numbers: averaging.numbers(rateAt),
    averaged: { state: 'z', weight: 1 - 1 / momentum, byDefault: true },
    settledFrom: Number.POSITIVE_INFINITY,
    scalars: (step, { learningRate, weightDecay }, count) => {
      const { rate, average } = averaging.weightOf(count, learningRate, rateAt);
      return [step === 1 ? 1 : 0, weightDecay, average, rate, rate * (1 - momentum * (1 - average))];
    },
  });
  return optimizer;
}
