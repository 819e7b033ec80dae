import { checkOptions, flag, nonNegativeInteger, positiveInteger } from '../errors.ts';
import { power as raise } from '../power.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface PolynomialOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Steps from there to the end: an integer of at least 1; default 5, as in PyTorch. */
  steps?: number;
  /** At least 0: the value at the end; default 0, as in PyTorch. Keras's default is 1e-4. */
  endLearningRate?: number;
  /** Greater than 0; default 1: a straight line. */
  power?: number;
  /** Begin anew when the end is reached, from a lower value and for a longer time; default false: stay at the end. */
  cycle?: boolean;
  /** Steps during which nothing changes yet: an integer of at least 0; default 0. */
  begin?: number;
}

/**
 * From one value to another along a power of the time left (PyTorch's PolynomialLR, Keras's PolynomialDecay, optax's
 * polynomial_schedule).
 *
 * value(t) = endLearningRate + (learningRate − endLearningRate) · (1 − min(s, steps) / steps)^power, with s = max(0, t − begin). With `cycle`
 * the steps are multiplied by ⌈s / steps⌉ instead of s being cut off.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.polynomial({ learningRate: 0.1, endLearningRate: 0.01, steps: 5000, power: 2 });
 * schedule(5000); // 0.01
 */
export function polynomial(options: PolynomialOptions): Schedule {
  const who = 'polynomial';
  const names = ['learningRate', 'steps', 'endLearningRate', 'power', 'cycle', 'begin'] as const;
  const given = checkOptions(who, options, names);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const steps = positiveInteger(who, 'steps', given.steps ?? 5);
  const endLearningRate = rate(who, 'endLearningRate', given.endLearningRate ?? 0);
  const power = positive(who, 'power', given.power ?? 1);
  const cycle = flag(who, 'cycle', given.cycle ?? false);
  const begin = nonNegativeInteger(who, 'begin', given.begin ?? 0);
  const span = learningRate - endLearningRate;
  return createSchedule({
    name: who,
    options: { learningRate, steps, endLearningRate, power, cycle, begin },
    value: (t) => {
      const s = t - begin;
      if (s <= 0) return learningRate;
      const whole = cycle ? steps * Math.ceil(s / steps) : steps;
      if (s >= whole) return endLearningRate;
      return endLearningRate + span * raise(1 - s / whole, power);
    },
    settledFrom: cycle ? Number.POSITIVE_INFINITY : begin + steps,
  });
}
