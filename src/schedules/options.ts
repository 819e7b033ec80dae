/** Checks of options that several schedules share. */
import { describe, elements, inRange, positiveInteger, rangeError, typeError } from '../errors.ts';
import { isSchedule } from './make.ts';
import type { Schedule } from './schedule.ts';

/** A rate, a decay, a momentum: whatever is scheduled is not negative. */
export const rate = (who: string, name: string, value: unknown): number =>
  inRange(who, name, value, 0, Number.POSITIVE_INFINITY);

/** A factor or a number of steps that need not be whole. */
export const positive = (who: string, name: string, value: unknown): number =>
  inRange(who, name, value, 0, Number.POSITIVE_INFINITY, '()');

export function schedule(who: string, name: string, value: unknown): Schedule {
  if (isSchedule(value)) return value;
  const wanted = 'what schedules.cosine({ … }) and its like return';
  throw typeError('ERR_PLUMMET_OPTION', `${who}: ${name} must be ${wanted}, got ${describe(value)}`);
}

function list<T>(who: string, name: string, value: unknown, read: (name: string, value: unknown) => T): T[] {
  const given = elements(who, name, value);
  if (!given) throw typeError('ERR_PLUMMET_OPTION', `${who}: ${name} must be an array, got ${describe(value)}`);
  return given.map((entry, i) => read(`${name}[${i}]`, entry));
}

/** Steps at which something happens: whole, and each later than the one before. */
export function milestones(who: string, name: string, value: unknown): readonly number[] {
  const steps = list(who, name, value, (entry, step) => positiveInteger(who, entry, step));
  steps.forEach((step, i) => {
    if (i === 0 || step > steps[i - 1]) return;
    const [before, here] = [`${name}[${i - 1}] = ${steps[i - 1]}`, `${name}[${i}] = ${step}`];
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${name} must be increasing, got ${before} before ${here}`);
  });
  return Object.freeze(steps);
}

export const rates = (who: string, name: string, value: unknown): readonly number[] =>
  Object.freeze(list(who, name, value, (entry, number) => rate(who, entry, number)));

export const schedules = (who: string, name: string, value: unknown): readonly Schedule[] =>
  Object.freeze(list(who, name, value, (entry, part) => schedule(who, entry, part)));

/** One thing fewer, or more, than goes with the milestones. */
export function checkCount(who: string, name: string, given: number, wanted: number, why: string): void {
  if (given === wanted) return;
  throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${name} must have ${wanted} entries, ${why}, got ${given}`);
}

/** How many of the milestones lie at or before t. */
export function passed(steps: readonly number[], t: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
