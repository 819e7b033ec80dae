/** State by name: what bound optimizers and models have in common. */
import { bytes, float32Array } from '../arrays.ts';
import { checkOptions, closest, finite, flag, inRange, nonNegativeInteger, rangeError, stateError } from '../errors.ts';
import type { StateArray } from '../plan/stored.ts';
import type { StateDict, StateDifference, StepNumbers } from './optimizer.ts';
import { entries as entriesOf, listed } from './parameters.ts';

/** What a state dict says it is; older ones, also those that do not say, are accepted. */
export const STATE_VERSION = 1;

/** One name of a state. Values are read when it is made, and written once all of a state are known to be good. */
export type StateEntry =
  | {
      readonly name: string;
      readonly kind: 'floats' | 'bytes';
      readonly length: number;
      /** It may have up to so many times as many elements. */
      readonly most?: number;
      /** Those with the same one are one state under several names. */
      readonly common?: object;
      read(): StateArray;
      write(values: StateArray): void;
    }
  | {
      readonly name: string;
      /** `count`: a non-negative integer; `number`: a finite one of at least 0; `scale`: a positive float32; `any`: whatever is a number. */
      readonly kind: 'count' | 'number' | 'scale' | 'any';
      /** What a count must stay below. */
      readonly below?: number;
      /** May be missing from a state, also where it is strict. */
      readonly optional?: true;
      read(): number;
      write(value: number): void;
    };

/** `w.accumulated`: batches in the window of a parameter. */
export const windowEntry = (
  name: string,
  batches: number,
  read: () => number,
  write: (held: number) => void,
): StateEntry => ({
  name: `${name}.accumulated`,
  kind: 'count',
  below: batches,
  read,
  write,
});

/** The scale of the loss, and how many steps it has been good for. */
export const scaleEntries = (scaling: Float32Array): StateEntry[] => [
  {
    name: 'lossScale',
    kind: 'scale',
    read: () => scaling[0],
    write: (scale) => {
      scaling[0] = scale;
    },
  },
  {
    name: 'lossScaleSteps',
    kind: 'count',
    read: () => scaling[1],
    write: (steps) => {
      scaling[1] = steps;
    },
  },
];

/**
 * Numbers that go with a step. They mostly follow from it, so a state need not have them; those that do not are handed on once all of a
 * state has been read.
 *
 * @param stepOf - steps of the parameter, and of the one that was skipped least
 */
export function numberEntries(
  name: string,
  numbers: StepNumbers | undefined,
  stepOf: () => number,
  countOf: () => number,
  later: (load: () => void) => void,
): StateEntry[] {
  if (!numbers) return [];
  const loaded: number[] = [];
  return numbers.names.map((number, i) => ({
    name: `${name}.${number}`,
    kind: 'number',
    optional: true,
    read: () => numbers.at(stepOf(), countOf())[i],
    write(value) {
      loaded.push(value);
      if (loaded.length === numbers.names.length) later(() => numbers.load?.(countOf(), loaded));
    },
  }));
}

type ArrayEntry = Extract<StateEntry, { kind: 'floats' | 'bytes' }>;
type NumberEntry = Exclude<StateEntry, ArrayEntry>;

const isArray = (entry: StateEntry): entry is ArrayEntry => entry.kind === 'floats' || entry.kind === 'bytes';

/** What is said about a state as a whole, which not everybody has a place for. */
const about = ['version', 'epochs'];

/** Names such as `__proto__` are names like others. */
export function put<T>(dict: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(dict, name, { value, enumerable: true, writable: true, configurable: true });
}

export function stateDictOf(entries: readonly StateEntry[]): StateDict {
  const dict: StateDict = {};
  for (const entry of entries) put(dict, entry.name, entry.read());
  return dict;
}

function compareNames(entries: readonly StateEntry[], given: ReadonlyMap<string, unknown>): StateDifference {
  const known = new Set(entries.map(({ name }) => name));
  return {
    missing: entries.flatMap((entry) =>
      given.has(entry.name) || (!isArray(entry) && entry.optional) ? [] : [entry.name],
    ),
    unexpected: [...given.keys()].filter((name) => !known.has(name) && !about.includes(name)),
  };
}

/** Names that look like one that is missing. */
function suggestions({ missing, unexpected }: StateDifference): string {
  const pairs = unexpected.slice(0, 5).flatMap((name) => {
    const near = closest(name, missing) ?? sameEnding(name, missing);
    return near === undefined ? [] : [`"${name}" may be "${near}"`];
  });
  return pairs.length > 0 ? `; ${pairs.join(', ')}` : '';
}

/** The only one that is the same state, perhaps of a parameter that has another name now. */
function sameEnding(name: string, missing: readonly string[]): string | undefined {
  const ending = name.slice(name.lastIndexOf('.'));
  const alike = missing.filter((other) => other.slice(other.lastIndexOf('.')) === ending);
  return alike.length === 1 ? alike[0] : undefined;
}

function checkNames(who: string, difference: StateDifference): void {
  const { missing, unexpected } = difference;
  if (missing.length + unexpected.length === 0) return;
  const problems = [
    missing.length > 0 ? `missing ${listed(missing)}` : '',
    unexpected.length > 0 ? `unexpected ${listed(unexpected)}` : '',
  ].filter((problem) => problem !== '');
  throw stateError(
    'ERR_PLUMMET_STATE',
    `${who}: the state does not belong to these parameters: ${problems.join('; ')}${suggestions(difference)}`,
  );
}

function checkElements(who: string, { name: own, kind, length, most }: ArrayEntry, values: unknown): StateArray {
  const name = `"${own}"`;
  const array = kind === 'bytes' ? bytes(who, name, values) : float32Array(who, name, values);
  const fits =
    most === undefined ? array.length === length : array.length % (length || 1) === 0 && array.length <= most * length;
  if (!fits) {
    const wanted = most === undefined ? `${length}` : `0 to ${most} times ${length}`;
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: ${name} has ${array.length} elements, it must have ${wanted}`);
  }
  return array;
}

/** What is one state has one value, whichever of its names it is given by. */
function checkCommon(who: string, own: readonly StateEntry[], arrays: ReadonlyMap<string, StateArray>): void {
  const first = new Map<object, string>();
  for (const entry of own) {
    const values = arrays.get(entry.name);
    if (!isArray(entry) || !entry.common || !values) continue;
    const name = first.get(entry.common) ?? entry.name;
    first.set(entry.common, name);
    if (values.every((value, i) => Object.is(value, arrays.get(name)?.[i]))) continue;
    throw stateError(
      'ERR_PLUMMET_STATE',
      `${who}: "${name}" and "${entry.name}" are one number for all parameters, got ${arrays.get(name)?.[0]} and ${values[0]}`,
    );
  }
}

function checkVersion(who: string, version: unknown): void {
  if (version === undefined) return;
  const given = nonNegativeInteger(who, '"version"', version);
  if (given <= STATE_VERSION) return;
  throw stateError(
    'ERR_PLUMMET_STATE',
    `${who}: the state is of version ${given}, this Plummet knows those up to ${STATE_VERSION}; update plummet`,
  );
}

function checkNumber(who: string, { name, kind, below }: NumberEntry, value: unknown): number {
  const called = `"${name}"`;
  if (kind === 'any') return typeof value === 'number' ? value : finite(who, called, value);
  if (kind === 'number') return inRange(who, called, value, 0, Number.POSITIVE_INFINITY);
  if (kind === 'scale') return inRange(who, called, value, 1.1754943508222875e-38, 3.4028234663852886e38);
  const count = nonNegativeInteger(who, called, value);
  if (below === undefined || count < below) return count;
  throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${called} must be an integer below ${below}, got ${count}`);
}

/**
 * Takes a state over: all of it, or where anything is wrong nothing.
 *
 * @param agree - throws where values that are good one by one do not go together
 */
export function loadState(
  who: string,
  own: readonly StateEntry[],
  state: unknown,
  options: unknown,
  agree: (given: ReadonlyMap<string, number>, arrays: ReadonlyMap<string, StateArray>) => void = () => undefined,
): StateDifference {
  const from = `${who}.loadStateDict`;
  const { strict: wanted } = checkOptions(from, options, ['strict']);
  const strict = wanted === undefined || flag(from, 'strict', wanted);
  const given = new Map(entriesOf(from, 'the state', state));
  checkVersion(who, given.get('version'));
  const difference = compareNames(own, given);
  if (strict) checkNames(who, difference);
  const numbers = new Map<string, number>();
  const arrays = new Map<string, StateArray>();
  const writes = own.flatMap((entry): (() => void)[] => {
    const { name } = entry;
    if (!given.has(name)) return [];
    const value = given.get(name);
    if (isArray(entry)) {
      // A copy: what follows may write to where it lies.
      const values = checkElements(who, entry, value).slice();
      arrays.set(name, values);
      return [() => entry.write(values)];
    }
    const checked = checkNumber(who, entry, value);
    numbers.set(name, checked);
    return [() => entry.write(checked)];
  });
  checkCommon(who, own, arrays);
  agree(numbers, arrays);
  for (const write of writes) write();
  return difference;
}
