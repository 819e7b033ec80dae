import { checkOptions, flag, positiveInteger } from '../errors.ts';
import { cos } from '../math.ts';
import { power } from '../power.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface CosineOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Steps from there to the end: an integer of at least 1. */
  steps: number;
  /** At least 0: the value at the end; default 0. Keras's and optax's `alpha` is this as a part of `learningRate`. */
  endLearningRate?: number;
  /** Stay at the end, as in Keras and optax; default false: rise again along the cosine, as in PyTorch. */
  hold?: boolean;
  /** Greater than 0: the power that the half wave is raised to, as in optax; default 1. */
  exponent?: number;
}

/** Half a wave from 1 to 0 for x from 0 to 1. */
export const halfWave = (x: number): number => 0.5 * (1 + cos(Math.PI * x));

/**
 * Half a cosine wave from one value to another (Loshchilov and Hutter 2017, without restarts; PyTorch's CosineAnnealingLR, Keras's
 * CosineDecay).
 *
 * value(t) = endLearningRate + (learningRate − endLearningRate) · ((1 + cos(π t / steps)) / 2)^exponent.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.cosine({ learningRate: 1e-3, endLearningRate: 1e-5, steps: 20_000, hold: true });
 * schedule(20_000); // 1e-5
 */
export function cosine(options: CosineOptions): Schedule {
  const who = 'cosine';
  const given = checkOptions(who, options, ['learningRate', 'steps', 'endLearningRate', 'hold', 'exponent']);
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const steps = positiveInteger(who, 'steps', given.steps);
  const endLearningRate = rate(who, 'endLearningRate', given.endLearningRate ?? 0);
  const hold = flag(who, 'hold', given.hold ?? false);
  const exponent = positive(who, 'exponent', given.exponent ?? 1);
  const span = learningRate - endLearningRate;
  return createSchedule({
    name: who,
    options: { learningRate, steps, endLearningRate, hold, exponent },
    value: (t) => {
      if (hold && t >= steps) return endLearningRate;
      // Whole waves are taken off exactly.
      const wave = halfWave((t % (2 * steps)) / steps);
      return endLearningRate + span * (exponent === 1 ? wave : power(wave, exponent));
    },
    settledFrom: hold ? steps : Number.POSITIVE_INFINITY,
  });
}
