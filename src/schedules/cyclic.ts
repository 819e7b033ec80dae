import { checkOptions, oneOf, positiveInteger } from '../errors.ts';
import { powers } from '../power.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { CycleSchedule } from './schedule.ts';

export interface CyclicOptions {
  /** At least 0: the value at the bottom. */
  baseLearningRate: number;
  /** At least 0: the value at the top of the first cycle. */
  maxLearningRate: number;
  /** Steps up: an integer of at least 1; default 2000. */
  stepSizeUp?: number;
  /** Steps down: an integer of at least 1; default: as many as up. */
  stepSizeDown?: number;
  /** All cycles alike, each half as high as the one before, or lower by `gamma` with each step; default `triangular`. */
  mode?: 'triangular' | 'triangular2' | 'exp_range';
  /** Greater than 0: for `exp_range`; default 1. */
  gamma?: number;
  /** At least 0: `momentum` where the value is at the top; default 0.8. */
  baseMomentum?: number;
  /** At least 0: `momentum` where the value is at the bottom; default 0.9. */
  maxMomentum?: number;
}

const known = [
  'baseLearningRate',
  'maxLearningRate',
  'stepSizeUp',
  'stepSizeDown',
  'mode',
  'gamma',
  'baseMomentum',
  'maxMomentum',
] as const;

/** Everything that the rate and its momentum have in common. */
function read(who: string, options: unknown) {
  const given = checkOptions(who, options, known);
  const stepSizeUp = positiveInteger(who, 'stepSizeUp', given.stepSizeUp ?? 2000);
  return {
    baseLearningRate: rate(who, 'baseLearningRate', given.baseLearningRate),
    maxLearningRate: rate(who, 'maxLearningRate', given.maxLearningRate),
    stepSizeUp,
    stepSizeDown: positiveInteger(who, 'stepSizeDown', given.stepSizeDown ?? stepSizeUp),
    mode: oneOf(who, 'mode', given.mode ?? 'triangular', ['triangular', 'triangular2', 'exp_range']),
    gamma: positive(who, 'gamma', given.gamma ?? 1),
    baseMomentum: rate(who, 'baseMomentum', given.baseMomentum ?? 0.8),
    maxMomentum: rate(who, 'maxMomentum', given.maxMomentum ?? 0.9),
  };
}

/** How high step t stands: 0 at the bottom, 1 at the top of the first cycle. */
function heights({ stepSizeUp, stepSizeDown, mode, gamma }: ReturnType<typeof read>): (t: number) => number {
  const total = stepSizeUp + stepSizeDown;
  const triangle = (t: number): number => {
    const at = t % total;
    return at <= stepSizeUp ? at / stepSizeUp : (total - at) / stepSizeDown;
  };
  if (mode === 'triangular') return triangle;
  const lowered = powers(mode === 'triangular2' ? 0.5 : gamma);
  if (mode === 'triangular2') return (t) => triangle(t) * lowered(Math.floor(t / total));
  return (t) => triangle(t) * lowered(t);
}

/**
 * Up and down in triangles (Smith 2017; PyTorch's CyclicLR). Its `momentum` is a schedule of its own that goes the other way.
 *
 * value(t) = baseLearningRate + (maxLearningRate − baseLearningRate) · h(t) · s(t), where h rises from 0 to 1 in stepSizeUp steps and falls back
 * in stepSizeDown, and s is 1, 2⁻ᶜ in cycle c = 0, 1 … (`triangular2`), or gammaᵗ (`exp_range`).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.cyclic({ baseLearningRate: 1e-3, maxLearningRate: 1e-2, stepSizeUp: 500, mode: 'triangular2' });
 * schedule(500); // 0.01
 */
export function cyclic(options: CyclicOptions): CycleSchedule {
  const who = 'cyclic';
  const all = read(who, options);
  const { baseLearningRate: low, maxLearningRate: high } = all;
  const height = heights(all);
  return createSchedule(
    {
      name: who,
      options: all,
      value: (t) => low + (high - low) * height(t),
      settledFrom: Number.POSITIVE_INFINITY,
    },
    { momentum: cyclicMomentum(all) },
  );
}

/**
 * The momentum that belongs to a `cyclic` of the same options, which has it as its property `momentum`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const momentum = schedules.cyclicMomentum({ baseLearningRate: 1e-3, maxLearningRate: 1e-2 });
 * momentum(0); // 0.9
 */
export function cyclicMomentum(options: CyclicOptions) {
  const who = 'cyclicMomentum';
  const all = read(who, options);
  const { baseMomentum: low, maxMomentum: high } = all;
  const height = heights(all);
  return createSchedule({
    name: who,
    options: all,
    value: (t) => high - (high - low) * height(t),
    settledFrom: Number.POSITIVE_INFINITY,
  });
}
