/** Parameters by name: which of them have options of their own, an optimizer of their own, or stay as they are. */
import { describe, elements, rangeError, safely, suggestion, typeError } from '../errors.ts';
import type { Optimizer, Part } from './optimizer.ts';

export interface GroupOptions {
  /** The names it is for: a RegExp without the flags g and y, or a list of names. */
  match: RegExp | readonly string[];
  /** These parameters stay as they are; default false. They have no state and no count of steps. */
  frozen?: boolean;
  /** What updates these parameters in the place of the optimizer that the group belongs to. */
  optimizer?: Optimizer;
}

export interface Match {
  /** What was given, for people. */
  readonly text: string;
  /** Where names were given: these. */
  readonly names: readonly string[] | null;
  readonly matches: (name: string) => boolean;
}

/** Reads what a group is for. */
export function readMatch(who: string, given: unknown): Match {
  if (given instanceof RegExp) {
    const { source, flags } = safely(who, 'match', () => ({ source: given.source, flags: given.flags }));
    if (/[gy]/.test(flags)) {
      throw rangeError(
        'ERR_PLUMMET_OPTION',
        `${who}: match must be a RegExp without the flags g and y, got /${source}/${flags}; they make matching depend on what was matched before`,
      );
    }
    // A copy: what the user does with theirs changes nothing here.
    const expression = new RegExp(source, flags);
    return { text: `/${source}/${flags}`, names: null, matches: (name) => expression.test(name) };
  }
  const names = elements(who, 'match', given);
  if (!names || names.length === 0 || !names.every((name): name is string => typeof name === 'string')) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${who}: match must be a RegExp or a list of names, as in /bias$/ or ['dense.bias'], got ${describe(given)}`,
    );
  }
  const set = new Set(names);
  return { text: `[${names.join(', ')}]`, names, matches: (name) => set.has(name) };
}

export interface Group {
  readonly match: Match;
  /** null: frozen. */
  readonly part: Part | null;
}

/**
 * What updates each of these parameters; null where it is frozen.
 *
 * @throws `ERR_PLUMMET_OPTION` where a group names a parameter that there is not
 */
export function assign(who: string, groups: readonly Group[], rest: Part, names: readonly string[]): (Part | null)[] {
  groups.forEach(({ match }, i) => {
    const missing = match.names?.find((name) => !names.includes(name));
    if (missing === undefined) return;
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: groups[${i}].match: there is no parameter "${missing}".${suggestion(missing, names)}`,
    );
  });
  return names.map((name) => {
    const group = groups.find(({ match }) => match.matches(name));
    return group ? group.part : rest;
  });
}
