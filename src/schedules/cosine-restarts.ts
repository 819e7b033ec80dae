import { checkOptions, inRange, positiveInteger } from '../errors.ts';
import { log, log1p, pow } from '../math.ts';
import { halfWave } from './cosine.ts';
import { createSchedule } from './make.ts';
import { rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface CosineRestartsOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Steps of the first period: an integer of at least 1. */
  steps: number;
  /** At least 1: how many times as long as the one before each period is; default 1, as in PyTorch. Keras's default is 2. */
  periodFactor?: number;
  /** At least 0: what the height of each period's wave is multiplied by; default 1. */
  heightFactor?: number;
  /** At least 0: the value at the end of a period; default 0. */
  endLearningRate?: number;
}

/**
 * Cosine waves that begin anew again and again (SGDR: Loshchilov and Hutter 2017; PyTorch's CosineAnnealingWarmRestarts, Keras's
 * CosineDecayRestarts).
 *
 * value(t) = endLearningRate + (learningRate − endLearningRate) · heightFactorⁱ · (1 + cos(π s)) / 2, where period i = 0, 1 … is steps · periodFactorⁱ
 * long and s is the part of it that has passed.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.cosineRestarts({ learningRate: 0.1, steps: 1000, periodFactor: 2 });
 * schedule(1000); // 0.1
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const who = 'cosineRestarts';
  const names = ['learningRate', 'steps', 'periodFactor', 'heightFactor', 'endLearningRate'] as const;
  const given = checkOptions(who, options, names);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const steps = positiveInteger(who, 'steps', given.steps);
  const periodFactor = inRange(who, 'periodFactor', given.periodFactor ?? 1, 1, Number.POSITIVE_INFINITY);
  const heightFactor = rate(who, 'heightFactor', given.heightFactor ?? 1);
  const endLearningRate = rate(who, 'endLearningRate', given.endLearningRate ?? 0);
  const span = learningRate - endLearningRate;
  /** Where period i begins. */
  const startOf = (i: number) => steps * (periodFactor === 1 ? i : (pow(periodFactor, i) - 1) / (periodFactor - 1));
  const periodAt = (i: number) => ({
    i,
    start: startOf(i),
    end: startOf(i + 1),
    height: span * pow(heightFactor, i),
  });
  /** The period asked for last: the next step is mostly in the same one. */
  let period = periodAt(0);
  const find = (t: number) => {
    const whole = t / steps;
    const grown = periodFactor === 1 ? whole : log1p(whole * (periodFactor - 1)) / log(periodFactor);
    let found = periodAt(Math.floor(grown));
    // Logarithms are rounded: at the border of two periods the neighbour may be the one.
    while (t < found.start) found = periodAt(found.i - 1);
    while (t >= found.end) found = periodAt(found.i + 1);
    return found;
  };
  return createSchedule({
    name: who,
    options: { learningRate, steps, periodFactor, heightFactor, endLearningRate },
    value: (t) => {
      if (t < period.start || t >= period.end) period = find(t);
      const { start, end, height } = period;
      return endLearningRate + height * halfWave((t - start) / (end - start));
    },
    settledFrom: Number.POSITIVE_INFINITY,
  });
}
