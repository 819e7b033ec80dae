import { nonNegativeInteger } from '../errors.ts';
import type { PlateauSchedule, Schedule, ScheduleJSON } from './schedule.ts';

/** What tells one schedule from another. */
export interface Rule {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The value of step t, counted from 0; t is a safe integer. */
  readonly value: (t: number) => number;
  /** From this step on the value stays; Infinity if never, or if it cannot be told. */
  readonly settledFrom: number;
  /** The schedules it is made of. */
  readonly parts?: readonly Schedule[];
  /** Where it learns as it goes: how often its value has changed, and what it has to remember (the option `state`). */
  readonly revision?: () => number;
  readonly state?: () => Readonly<Record<string, unknown>>;
}

const rules = new WeakMap<object, Rule>();

export const isSchedule = (value: unknown): value is Schedule => typeof value === 'function' && rules.has(value);

/** The inside of a schedule, for those who have checked their steps. */
export const ruleOf = (schedule: Schedule): Rule => rules.get(schedule) as Rule;

/** Changes whenever a value that was computed before may not hold any more. */
export function revisionOf(schedule: Schedule): number {
  const { revision, parts = [] } = ruleOf(schedule);
  return parts.reduce((sum, part) => sum + revisionOf(part), revision?.() ?? 0);
}

/** It and all schedules within it that learn from losses. */
export function plateausIn(schedule: Schedule): PlateauSchedule[] {
  const { state, parts = [] } = ruleOf(schedule);
  return [...(state ? [schedule as PlateauSchedule] : []), ...parts.flatMap(plateausIn)];
}

/** Options with the schedules among them described, too. */
const plain = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, plainValue(value)]));
function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  return isSchedule(value) ? value.toJSON() : value;
}

/** A schedule, with further properties where it has more to offer. */
export function createSchedule<T extends object>(rule: Rule, more?: T): Schedule & T {
  const { name, options, value, state } = rule;
  const schedule = (step: number): number => value(nonNegativeInteger(name, 'step', step));
  Object.defineProperties(schedule, {
    name: { value: name, enumerable: true },
    options: { value: Object.freeze({ ...options }), enumerable: true },
    toJSON: {
      value: (): ScheduleJSON => ({ name, options: plain({ ...options, ...(state && { state: state() }) }) }),
    },
    ...(more && Object.getOwnPropertyDescriptors(more)),
  });
  rules.set(schedule, rule);
  return Object.freeze(schedule) as Schedule & T;
}
