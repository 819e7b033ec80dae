import { checkOptions, flag, nonNegativeInteger } from '../errors.ts';
import { powers } from '../power.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface ExponentialOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Greater than 0: what `decaySteps` steps multiply by. Keras and optax call it the decay rate. */
  gamma: number;
  /** Greater than 0; default 1, as in PyTorch. */
  decaySteps?: number;
  /** Let the value fall at whole multiples of `decaySteps` only; default false. */
  staircase?: boolean;
  /** Steps during which nothing changes yet: an integer of at least 0; default 0. */
  begin?: number;
  /** At least 0: where the value stops, from above with a gamma below 1, from below with one above it; default none. */
  endLearningRate?: number;
}

/**
 * Falls by the same factor in the same time (PyTorch's ExponentialLR, Keras's ExponentialDecay, optax's exponential_decay).
 *
 * value(t) = learningRate · gamma^p with p = max(0, t − begin) / decaySteps, rounded down with `staircase`; never beyond
 * `endLearningRate`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.exponential({ learningRate: 0.1, gamma: 0.96, decaySteps: 1000 });
 * schedule(1000); // 0.096
 */
export function exponential(options: ExponentialOptions): Schedule {
  const who = 'exponential';
  const names = ['learningRate', 'gamma', 'decaySteps', 'staircase', 'begin', 'endLearningRate'] as const;
  const given = checkOptions(who, options, names);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const gamma = positive(who, 'gamma', given.gamma);
  const decaySteps = positive(who, 'decaySteps', given.decaySteps ?? 1);
  const staircase = flag(who, 'staircase', given.staircase ?? false);
  const begin = nonNegativeInteger(who, 'begin', given.begin ?? 0);
  const endLearningRate =
    given.endLearningRate === undefined ? undefined : rate(who, 'endLearningRate', given.endLearningRate);
  const raised = powers(gamma);
  return createSchedule({
    name: who,
    options: {
      learningRate,
      gamma,
      decaySteps,
      staircase,
      begin,
      ...(endLearningRate !== undefined && { endLearningRate }),
    },
    value: (t) => {
      if (t <= begin) return learningRate;
      const periods = (t - begin) / decaySteps;
      const value = learningRate * raised(staircase ? Math.floor(periods) : periods);
      if (endLearningRate === undefined) return value;
      return gamma > 1 === value > endLearningRate ? endLearningRate : value;
    },
    settledFrom: gamma === 1 ? begin + 1 : Number.POSITIVE_INFINITY,
  });
}
