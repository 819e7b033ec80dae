import { checkOptions, positiveInteger } from '../errors.ts';
import { pow } from '../math.ts';
import { createSchedule } from './make.ts';
import { rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface StepOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Steps from one drop to the next: an integer of at least 1. */
  stepSize: number;
  /** At least 0: what each drop multiplies by; default 0.1. */
  gamma?: number;
}

/**
 * Drops at regular intervals (PyTorch's StepLR).
 *
 * value(t) = learningRate · gamma^⌊t / stepSize⌋.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.step({ learningRate: 0.5, stepSize: 1000, gamma: 0.5 });
 * schedule(1000); // 0.25
 */
export function step(options: StepOptions): Schedule {
  const who = 'step';
  const given = checkOptions(who, options, ['learningRate', 'stepSize', 'gamma']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const stepSize = positiveInteger(who, 'stepSize', given.stepSize);
  const gamma = rate(who, 'gamma', given.gamma ?? 0.1);
  let drops = 0;
  let held = learningRate;
  return createSchedule({
    name: who,
    options: { learningRate, stepSize, gamma },
    value: (t) => {
      const now = Math.floor(t / stepSize);
      if (now !== drops) [drops, held] = [now, learningRate * pow(gamma, now)];
      return held;
    },
    settledFrom: gamma === 1 ? 0 : Number.POSITIVE_INFINITY,
  });
}
