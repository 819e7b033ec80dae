import { checkOptions } from '../errors.ts';
import { pow } from '../math.ts';
import { createSchedule } from './make.ts';
import { passed, rate, milestones as readMilestones } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface MultiStepOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Increasing integers of at least 1: the steps at which the value drops. */
  milestones: readonly number[];
  /** At least 0: what each drop multiplies by; default 0.1. */
  gamma?: number;
}

/**
 * Drops at given steps (PyTorch's MultiStepLR).
 *
 * value(t) = learningRate · gamma^n, n of the milestones being at most t.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.multiStep({ learningRate: 0.1, milestones: [3000, 4000] });
 * schedule(2999); // 0.1
 */
export function multiStep(options: MultiStepOptions): Schedule {
  const who = 'multiStep';
  const given = checkOptions(who, options, ['learningRate', 'milestones', 'gamma']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const milestones = readMilestones(who, 'milestones', given.milestones);
  const gamma = rate(who, 'gamma', given.gamma ?? 0.1);
  const values = Float64Array.from({ length: milestones.length + 1 }, (_, n) => learningRate * pow(gamma, n));
  return createSchedule({
    name: who,
    options: { learningRate, milestones, gamma },
    value: (t) => values[passed(milestones, t)],
    settledFrom: milestones.at(-1) ?? 0,
  });
}
