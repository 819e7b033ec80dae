import { checkOptions, flag } from '../errors.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface InverseTimeOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** At least 0: 1 halves the value in the first `decaySteps` steps. */
  decayRate: number;
  /** Greater than 0; default 1. */
  decaySteps?: number;
  /** Let the value fall at whole multiples of `decaySteps` only; default false. */
  staircase?: boolean;
}

/**
 * Falls as one over the time (Keras's InverseTimeDecay).
 *
 * value(t) = learningRate / (1 + decayRate · p) with p = t / decaySteps, rounded down with `staircase`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.inverseTime({ learningRate: 0.1, decayRate: 1, decaySteps: 500 });
 * schedule(500); // 0.05
 */
export function inverseTime(options: InverseTimeOptions): Schedule {
  const who = 'inverseTime';
  const given = checkOptions(who, options, ['learningRate', 'decayRate', 'decaySteps', 'staircase']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const decayRate = rate(who, 'decayRate', given.decayRate);
  const decaySteps = positive(who, 'decaySteps', given.decaySteps ?? 1);
  const staircase = flag(who, 'staircase', given.staircase ?? false);
  return createSchedule({
    name: who,
    options: { learningRate, decayRate, decaySteps, staircase },
    value: (t) => {
      const periods = t / decaySteps;
      return learningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
    },
    settledFrom: decayRate === 0 ? 0 : Number.POSITIVE_INFINITY,
  });
}
