import { checkOptions, rangeError } from '../errors.ts';
import { createSchedule, ruleOf } from './make.ts';
import { rate, schedules as readSchedules } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface ChainedOptions {
  /** At least one; all see the same step. */
  schedules: readonly Schedule[];
  /** At least 0: what their product is multiplied by; default 1. */
  learningRate?: number;
}

/**
 * The product of several schedules (what PyTorch's ChainedScheduler makes of schedulers that multiply): give one of them the
 * rate and the others a `learningRate` of 1.
 *
 * value(t) = learningRate · schedules[0](t) · schedules[1](t) · …, multiplied in that order.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const slow = schedules.constant({ learningRate: 1, factor: 0.1, steps: 2 });
 * const falling = schedules.exponential({ learningRate: 1, gamma: 0.5 });
 * const schedule = schedules.chained({ learningRate: 0.4, schedules: [slow, falling] });
 * schedule(2); // 0.1
 */
export function chained(options: ChainedOptions): Schedule {
  const who = 'chained';
  const given = checkOptions(who, options, ['schedules', 'learningRate']);
  const schedules = readSchedules(who, 'schedules', given.schedules);
  if (schedules.length === 0)
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: schedules must have at least one entry, got none`);
  const learningRate = rate(who, 'learningRate', given.learningRate ?? 1);
  const rules = schedules.map(ruleOf);
  return createSchedule({
    name: who,
    options: { schedules, learningRate },
    value: (t) => rules.reduce((product, { value }) => product * value(t), learningRate),
    settledFrom: Math.max(...rules.map(({ settledFrom }) => settledFrom)),
    parts: schedules,
  });
}
