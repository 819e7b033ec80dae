import { checkOptions, flag, inRange, integer, oneOf } from '../errors.ts';
import { halfWave } from './cosine.ts';
import { createSchedule } from './make.ts';
import { positive, rate } from './options.ts';
import type { CycleSchedule } from './schedule.ts';

export interface OneCycleOptions {
  /** At least 0: the value at the top. */
  maxLearningRate: number;
  /** Steps of the whole cycle: an integer of at least 2. Afterwards the value stays as it was in the last of them. */
  totalSteps: number;
  /** In (0, 1): the part of the cycle in which the value rises; default 0.3. At most 0.5 with `threePhase`. */
  pctStart?: number;
  /** `cos` or `linear`; default `cos`. */
  annealStrategy?: 'cos' | 'linear';
  /** Greater than 0: the first value is maxLearningRate / divFactor; default 25. */
  divFactor?: number;
  /** Greater than 0: the last value is the first one / finalDivFactor; default 1e4. */
  finalDivFactor?: number;
  /** Fall to the first value as fast as it rose, and only then to the last; default false. */
  threePhase?: boolean;
  /** At least 0: `momentum` where the value is at the top; default 0.85. */
  baseMomentum?: number;
  /** At least 0: `momentum` at the beginning and at the end; default 0.95. */
  maxMomentum?: number;
}

const known = [
  'maxLearningRate',
  'totalSteps',
  'pctStart',
  'annealStrategy',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'baseMomentum',
  'maxMomentum',
] as const;

/** Everything that the rate and its momentum have in common. */
function read(who: string, options: unknown) {
  const given = checkOptions(who, options, known);
  const threePhase = flag(who, 'threePhase', given.threePhase ?? false);
  return {
    maxLearningRate: rate(who, 'maxLearningRate', given.maxLearningRate),
    totalSteps: integer(who, 'totalSteps', given.totalSteps, 2),
    pctStart: inRange(who, 'pctStart', given.pctStart ?? 0.3, 0, threePhase ? 0.5 : 1, threePhase ? '(]' : '()'),
    annealStrategy: oneOf(who, 'annealStrategy', given.annealStrategy ?? 'cos', ['cos', 'linear']),
    divFactor: positive(who, 'divFactor', given.divFactor ?? 25),
    finalDivFactor: positive(who, 'finalDivFactor', given.finalDivFactor ?? 1e4),
    threePhase,
    baseMomentum: rate(who, 'baseMomentum', given.baseMomentum ?? 0.85),
    maxMomentum: rate(who, 'maxMomentum', given.maxMomentum ?? 0.95),
  };
}

type Read = ReturnType<typeof read>;

/** A line or half a wave from value to value, each phase ending at a step that need not be whole. */
function phases({ totalSteps, pctStart, annealStrategy, threePhase }: Read, values: readonly number[]) {
  const top = pctStart * totalSteps - 1;
  const last = totalSteps - 1;
  const ends = threePhase ? [top, 2 * pctStart * totalSteps - 2, last] : [top, last];
  return (t: number): number => {
    if (t >= last) return values[ends.length];
    let i = 0;
    while (t > ends[i]) i++;
    const start = i === 0 ? 0 : ends[i - 1];
    // With a short cycle a phase may have no length.
    const part = ends[i] > start ? (t - start) / (ends[i] - start) : 1;
    const [from, to] = [values[i], values[i + 1]];
    return annealStrategy === 'cos' ? to + (from - to) * halfWave(part) : from + (to - from) * part;
  };
}

/**
 * One cycle: up to a high rate, and down to a very low one (Smith and Topin 2018; PyTorch's OneCycleLR). Its `momentum` is a
 * schedule of its own that goes the other way.
 *
 * From maxLearningRate / divFactor up to maxLearningRate at step pctStart · totalSteps − 1, and down to maxLearningRate / divFactor /
 * finalDivFactor at the last step, along half cosine waves or lines; with `threePhase` the way down passes the first value at
 * step 2 pctStart · totalSteps − 2.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const cycle = schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 5000 });
 * const optimizer = optimizers.sgd({ learningRate: cycle, momentum: cycle.momentum });
 */
export function oneCycle(options: OneCycleOptions): CycleSchedule {
  const who = 'oneCycle';
  const all = read(who, options);
  const { maxLearningRate, divFactor, finalDivFactor, threePhase } = all;
  const first = maxLearningRate / divFactor;
  const values = [first, maxLearningRate, ...(threePhase ? [first] : []), first / finalDivFactor];
  return createSchedule(
    { name: who, options: all, value: phases(all, values), settledFrom: all.totalSteps },
    { momentum: oneCycleMomentum(all) },
  );
}

/**
 * The momentum that belongs to a `oneCycle` of the same options, which has it as its property `momentum`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const momentum = schedules.oneCycleMomentum({ maxLearningRate: 0.1, totalSteps: 5000 });
 * momentum(0); // 0.95
 */
export function oneCycleMomentum(options: OneCycleOptions) {
  const who = 'oneCycleMomentum';
  const all = read(who, options);
  const { maxMomentum: high, baseMomentum: low, threePhase } = all;
  const values = [high, low, high, ...(threePhase ? [high] : [])];
  return createSchedule({ name: who, options: all, value: phases(all, values), settledFrom: all.totalSteps });
}
