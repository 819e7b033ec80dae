import { checkOptions, oneOf } from '../errors.ts';
import { halfWave } from './cosine.ts';
import { createSchedule } from './make.ts';
import { checkCount, milestones, passed, rates } from './options.ts';
import type { Schedule } from './schedule.ts';

export interface PiecewiseOptions {
  /** Increasing integers of at least 1: the steps at which one piece ends. */
  boundaries: readonly number[];
  /** One more than boundaries, each at least 0. */
  values: readonly number[];
  /**
   * `constant`: values[i] holds up to and including step boundaries[i]. `linear`, `cosine`: the value moves from
   * values[i] to values[i + 1], which it reaches at step boundaries[i]. Default `constant`.
   */
  interpolation?: 'constant' | 'linear' | 'cosine';
}

/**
 * Values for stretches of steps (Keras's PiecewiseConstantDecay), or lines or half cosine waves between values (optax's
 * piecewise_interpolate_schedule, of which its one-cycle schedules are made).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.piecewise({ boundaries: [100, 1000], values: [0.1, 0.05, 0.01] });
 * schedule(100); // 0.1
 */
export function piecewise(options: PiecewiseOptions): Schedule {
  const who = 'piecewise';
  const given = checkOptions(who, options, ['boundaries', 'values', 'interpolation']);
  const boundaries = milestones(who, 'boundaries', given.boundaries);
  const values = rates(who, 'values', given.values);
  checkCount(who, 'values', values.length, boundaries.length + 1, 'one more than boundaries');
  const kinds = ['constant', 'linear', 'cosine'] as const;
  const interpolation = oneOf(who, 'interpolation', given.interpolation ?? 'constant', kinds);
  const between = (t: number): number => {
    const i = passed(boundaries, t);
    if (i === boundaries.length) return values[i];
    const start = i === 0 ? 0 : boundaries[i - 1];
    const part = (t - start) / (boundaries[i] - start);
    const [from, to] = [values[i], values[i + 1]];
    return interpolation === 'linear' ? from + (to - from) * part : to + (from - to) * halfWave(part);
  };
  return createSchedule({
    name: who,
    options: { boundaries, values, interpolation },
    value: interpolation === 'constant' ? (t) => values[passed(boundaries, t - 1)] : between,
    settledFrom: (boundaries.at(-1) ?? 0) + 1,
  });
}
