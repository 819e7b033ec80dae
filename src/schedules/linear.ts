import { checkOptions, positiveInteger } from '../errors.ts';
import { createSchedule } from './make.ts';
import { rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface LinearOptions {
  /** At least 0: what the factors multiply. */
  learningRate: number;
  /** At least 0: the factor at first; default 1/3. */
  startFactor?: number;
  /** At least 0: the factor at the end; default 1. */
  endFactor?: number;
  /** Steps from the first to the end: an integer of at least 1; default 5. */
  steps?: number;
}

/**
 * A straight line between two factors, then the latter (PyTorch's LinearLR, with its defaults).
 *
 * value(t) = learningRate · (startFactor + (endFactor − startFactor) · min(t, steps) / steps).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.linear({ learningRate: 0.1, startFactor: 1, endFactor: 0, steps: 10_000 });
 * schedule(5000); // 0.05
 */
export function linear(options: LinearOptions): Schedule {
  const who = 'linear';
  const given = checkOptions(who, options, ['learningRate', 'startFactor', 'endFactor', 'steps']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const startFactor = rate(who, 'startFactor', given.startFactor ?? 1 / 3);
  const endFactor = rate(who, 'endFactor', given.endFactor ?? 1);
  const steps = positiveInteger(who, 'steps', given.steps ?? 5);
  const span = endFactor - startFactor;
  return createSchedule({
    name: who,
    options: { learningRate, startFactor, endFactor, steps },
    value: (t) => learningRate * (t < steps ? startFactor + span * (t / steps) : endFactor),
    settledFrom: steps,
  });
}
