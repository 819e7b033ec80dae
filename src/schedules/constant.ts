import { checkOptions, nonNegativeInteger } from '../errors.ts';
import { createSchedule } from './make.ts';
import { rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface ConstantOptions {
  /** At least 0. */
  learningRate: number;
  /** At least 0: what the rate is multiplied by during the first `steps`; default 1. PyTorch's default is 1/3. */
  factor?: number;
  /** For how many steps the factor holds: an integer of at least 0; default 5. */
  steps?: number;
}

/**
 * One value; with a factor another one for the first steps (PyTorch's ConstantLR).
 *
 * value(t) = learningRate · factor for t < steps, then learningRate.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const schedule = schedules.constant({ learningRate: 0.1, factor: 0.5, steps: 100 });
 * schedule(99); // 0.05
 */
export function constant(options: ConstantOptions): Schedule {
  const who = 'constant';
  const given = checkOptions(who, options, ['learningRate', 'factor', 'steps']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const factor = rate(who, 'factor', given.factor ?? 1);
  const steps = nonNegativeInteger(who, 'steps', given.steps ?? 5);
  return createSchedule({
    name: who,
    options: { learningRate, factor, steps },
    value: (t) => (t < steps ? learningRate * factor : learningRate),
    settledFrom: factor === 1 ? 0 : steps,
  });
}
