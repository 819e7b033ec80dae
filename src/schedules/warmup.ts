import { checkOptions, positiveInteger } from '../errors.ts';
import { createSchedule, ruleOf } from './make.ts';
import { rate, schedule as readSchedule } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface WarmupOptions {
  /** What follows: its step 0 is the first after the warm-up. */
  schedule: Schedule;
  /** Steps of the warm-up: an integer of at least 1. */
  steps: number;
  /** At least 0: the value at first; default 0. */
  startLearningRate?: number;
}

/**
 * A straight line up to the first value of any schedule, and then that schedule (Goyal et al. 2017, section 2.2; optax's
 * warmup_cosine_decay_schedule is this before a `cosine`).
 *
 * value(t) = startLearningRate + (schedule(0) − startLearningRate) · t / steps for t < steps, then schedule(t − steps).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const decay = schedules.cosine({ learningRate: 1e-3, steps: 9000, hold: true });
 * const schedule = schedules.warmup({ schedule: decay, steps: 1000 });
 * schedule(500); // 5e-4
 */
export function warmup(options: WarmupOptions): Schedule {
  const who = 'warmup';
  const given = checkOptions(who, options, ['schedule', 'steps', 'startLearningRate']);
  const schedule = readSchedule(who, 'schedule', given.schedule);
  const steps = positiveInteger(who, 'steps', given.steps);
  const start = rate(who, 'startLearningRate', given.startLearningRate ?? 0);
  const { value: follower, settledFrom } = ruleOf(schedule);
  return createSchedule({
    name: who,
    options: { schedule, steps, startLearningRate: start },
    value: (t) => (t < steps ? start + (follower(0) - start) * (t / steps) : follower(t - steps)),
    settledFrom: steps + settledFrom,
    parts: [schedule],
  });
}
