import { checkOptions } from '../errors.ts';
import { createSchedule, ruleOf } from './make.ts';
import { checkCount, passed, milestones as readMilestones, schedules as readSchedules } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface SequentialOptions {
  /** One after the other, each from its own step 0. */
  schedules: readonly Schedule[];
  /** Increasing integers of at least 1, one fewer than schedules: the steps at which the next one begins. */
  milestones: readonly number[];
}

/**
 * One schedule after another (PyTorch's SequentialLR, optax's join_schedules).
 *
 * value(t) = schedules[n](t − milestones[n − 1]), n of the milestones being at most t.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const steady = schedules.constant({ learningRate: 0.1 });
 * const falling = schedules.exponential({ learningRate: 0.1, gamma: 0.9 });
 * const schedule = schedules.sequential({ schedules: [steady, falling], milestones: [1000] });
 * schedule(1000); // 0.1
 */
export function sequential(options: SequentialOptions): Schedule {
  const who = 'sequential';
  const given = checkOptions(who, options, ['schedules', 'milestones']);
  const schedules = readSchedules(who, 'schedules', given.schedules);
  const milestones = readMilestones(who, 'milestones', given.milestones);
  checkCount(who, 'schedules', schedules.length, milestones.length + 1, 'one more than milestones');
  const values = schedules.map((schedule) => ruleOf(schedule).value);
  const starts = [0, ...milestones];
  const last = schedules.length - 1;
  return createSchedule({
    name: who,
    options: { schedules, milestones },
    value: (t) => {
      const n = passed(milestones, t);
      return values[n](t - starts[n]);
    },
    settledFrom: starts[last] + ruleOf(schedules[last]).settledFrom,
    parts: schedules,
  });
}
