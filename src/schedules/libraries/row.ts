/** A schedule of another library: the options it has there, and how ours is made from them. */
import { inRange } from '../../errors.ts';
import type { Schedule } from '../schedule.ts';

/** What was given, by the library's names in camelCase; only what is known there, and nothing that is null. */
export type Given = Partial<Record<string, unknown>>;

export interface Row {
  readonly known: readonly string[];
  readonly make: (given: Given, who: string) => Schedule;
}

/** Options that are called the same here and there. */
export const same = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, name]));

/**
 * One that differs in names alone.
 *
 * @param names - ours, by those of the library
 * @param defaults - where the library's are not ours
 * @param ignored - what the library takes and this schedule does not need
 */
export function row<O extends object>(
  factory: (options: O) => Schedule,
  names: Readonly<Record<string, string>>,
  defaults: Given = {},
  ignored: readonly string[] = [],
): Row {
  return {
    known: [...Object.keys(names), ...ignored],
    make: (given) => factory({ ...defaults, ...renamed(given, names) } as O),
  };
}

export function renamed(given: Given, names: Readonly<Record<string, string>>): Given {
  return Object.fromEntries(
    Object.entries(names)
      .filter(([theirs]) => given[theirs] !== undefined)
      .map(([theirs, ours]) => [ours, given[theirs]]),
  );
}

/** A number of at least 0 that something is computed from. */
export const amount = (who: string, given: Given, name: string, otherwise?: number): number =>
  inRange(who, name, given[name] ?? otherwise, 0, Number.POSITIVE_INFINITY);
