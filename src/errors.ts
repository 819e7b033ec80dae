/**
 * Every error that Plummet throws has a `code`, and says what was given, what was expected and what to do. `TypeError`: the
 * wrong kind of thing; `RangeError`: the right kind, a wrong value; `Error`: the wrong moment.
 */

export type ErrorCode =
  | 'ERR_PLUMMET_ABORT'
  | 'ERR_PLUMMET_BACKEND'
  | 'ERR_PLUMMET_BUSY'
  | 'ERR_PLUMMET_DETACHED'
  | 'ERR_PLUMMET_FILE'
  | 'ERR_PLUMMET_LABEL'
  | 'ERR_PLUMMET_OPTION'
  | 'ERR_PLUMMET_OVERLAP'
  | 'ERR_PLUMMET_ROW'
  | 'ERR_PLUMMET_SHAPE'
  | 'ERR_PLUMMET_STATE'
  | 'ERR_PLUMMET_TYPE'
  | 'ERR_PLUMMET_USAGE';

export type Coded<E extends Error> = E & { readonly code: ErrorCode };

/** The errors made here, to tell them from those of a user's getters and callbacks. */
const ours = new WeakSet<WeakKey>();

function coded<E extends Error>(error: E, code: ErrorCode): Coded<E> {
  ours.add(error);
  return Object.assign(error, { code });
}

export const typeError = (code: ErrorCode, message: string, options?: ErrorOptions): Coded<TypeError> =>
  coded(new TypeError(message, options), code);

export const rangeError = (code: ErrorCode, message: string, options?: ErrorOptions): Coded<RangeError> =>
  coded(new RangeError(message, options), code);

export const stateError = (code: ErrorCode, message: string, options?: ErrorOptions): Coded<Error> =>
  coded(new Error(message, options), code);

const HUGE = 1_000_000_000_000_000_000_000_000_000_000n;

/**
 * What a value is, in a few words: `1.5`, `"adma"`, `a Float32Array of 4`, `an object`. Never throws and never runs a value's own
 * `toString`, so that it can describe anything.
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return value > HUGE || value < -HUGE ? 'a huge bigint' : `${value}n`;
    case 'string':
      return value.length > 40 ? `${JSON.stringify(value.slice(0, 40))}…` : JSON.stringify(value);
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
/** The getters of the language itself: unlike a property of the object at hand, they cannot be overridden by it. */
const getter = (prototype: object, key: PropertyKey) =>
  Object.getOwnPropertyDescriptor(prototype, key)?.get as () => unknown;
const typedArrayTag = getter(typedArray, Symbol.toStringTag);
const typedArrayLength = getter(typedArray, 'length');

/** `Float32Array`, `Uint8Array` … for what truly is one, else undefined. */
export const typedArrayName = (value: unknown): string | undefined => typedArrayTag.call(value) as string | undefined;

function describeObject(value: object): string {
  const name = typedArrayName(value);
  if (name !== undefined) return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name} of ${typedArrayLength.call(value)}`;
  try {
    if (Array.isArray(value)) return `an array of ${Number(value.length)}`;
    if (value instanceof Promise) return 'a promise';
    if (value instanceof ArrayBuffer) return 'an ArrayBuffer';
    if (value instanceof SharedArrayBuffer) return 'a SharedArrayBuffer';
  } catch {
    // A proxy whose traps throw, or a revoked one.
  }
  return 'an object';
}

/** The entry of `known` that is most like `name`, or undefined where none is. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = (s: string) => s.toLowerCase().replace(/[^a-z0-9]/g, '');
  const given = plain(name.slice(0, 64));
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = plain(candidate);
    const distance = editDistance(given, other);
    if (distance < least && distance <= Math.max(1, Math.floor(Math.max(given.length, other.length) / 3))) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : substituted;
      next.push(Math.min(substituted, swapped, row[j] + 1, next[j - 1] + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length];
}

/** ` Did you mean "adam"?` or a list of what there is. */
export function suggestion(name: unknown, known: readonly string[]): string {
  const near = typeof name === 'string' ? closest(name, known) : undefined;
  return near === undefined ? ` Known: ${known.join(', ')}.` : ` Did you mean "${near}"?`;
}

// Checks of options, worded alike everywhere: `adam: beta1 must be in [0, 1), got 1.5`.

/**
 * A plain copy of the options that were given, undefined ones left out. Each is read once, here, so that nothing of the user's
 * runs later. Unknown names are errors that name the closest known one.
 *
 * @param who - stands before the colon of the message: `adam`
 */
export function checkOptions<K extends string>(
  who: string,
  given: unknown,
  known: readonly K[],
): Partial<Record<K, unknown>> {
  if (given === undefined) return {};
  const isList = typedArrayName(given) !== undefined || safely(who, 'options', () => Array.isArray(given));
  if (typeof given !== 'object' || given === null || isList) {
    throw typeError('ERR_PLUMMET_OPTION', `${who}: options must be an object, got ${describe(given)}`);
  }
  const copy: Partial<Record<K, unknown>> = {};
  for (const key of safely(who, 'options', () => Reflect.ownKeys(given))) {
    if (!known.includes(key as K)) {
      const name = typeof key === 'string' ? `"${key.slice(0, 40)}"` : 'that is a symbol';
      throw typeError('ERR_PLUMMET_OPTION', `${who}: there is no option ${name}.${suggestion(key, known)}`);
    }
    const value = safely(who, String(key), () => (given as Record<PropertyKey, unknown>)[key]);
    if (value !== undefined) copy[key as K] = value;
  }
  return copy;
}

/** More elements than this no list of layers, callbacks, operands … has: such an array is not walked through. */
const MOST_ELEMENTS = 1 << 20;

/** The elements of an array, each read once, so that nothing of the user's runs later; null for what is no array. */
export function elements(who: string, name: string, list: unknown): unknown[] | null {
  return safely(who, name, () => {
    if (!Array.isArray(list)) return null;
    const { length } = list;
    if (length <= MOST_ELEMENTS) {
      const read: unknown[] = [];
      for (let i = 0; i < length; i++) read.push(list[i]);
      return read;
    }
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: ${name} must be an array of at most ${MOST_ELEMENTS} elements, got ${describe(list)}`,
    );
  });
}

/** Reads something of the user's; what it throws becomes the cause of an error of ours. Errors of ours pass. */
export function safely<T>(who: string, name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof Error && ours.has(cause)) throw cause;
    throw typeError('ERR_PLUMMET_OPTION', `${who}: ${name} cannot be read, reading it throws`, { cause });
  }
}

function wrong(who: string, name: string, value: unknown, expected: string): Error {
  const message = `${who}: ${name} must be ${expected}, got ${describe(value)}`;
  return typeof value === 'number'
    ? rangeError('ERR_PLUMMET_OPTION', message)
    : typeError('ERR_PLUMMET_OPTION', message);
}

/** A number that is neither NaN nor infinite. */
export function finite(who: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(who, name, value, 'a finite number');
  return value;
}

/**
 * A finite number between `low` and `high`; `ends` says which of them belong to the range. An infinite `high` means no upper limit.
 */
export function inRange(
  who: string,
  name: string,
  value: unknown,
  low: number,
  high: number,
  ends: '[]' | '[)' | '(]' | '()' = '[]',
): number {
  const above = typeof value === 'number' && (ends[0] === '[' ? value >= low : value > low);
  const below = typeof value === 'number' && (ends[1] === ']' ? value <= high : value < high);
  if (typeof value === 'number' && Number.isFinite(value) && above && below) return value;
  const atLeast = ends[0] === '[' ? `a finite number of at least ${low}` : `a finite number greater than ${low}`;
  throw wrong(who, name, value, high === Number.POSITIVE_INFINITY ? atLeast : `in ${ends[0]}${low}, ${high}${ends[1]}`);
}

/** A safe integer of at least `low`. */
export function integer(who: string, name: string, value: unknown, low: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < low)
    throw wrong(who, name, value, `an integer of at least ${low}`);
  return (value as number) + 0; // −0 becomes 0
}

export const positiveInteger = (who: string, name: string, value: unknown): number => integer(who, name, value, 1);

export const nonNegativeInteger = (who: string, name: string, value: unknown): number => integer(who, name, value, 0);

export function flag(who: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong(who, name, value, 'true or false');
  return value;
}

export function text(who: string, name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(who, name, value, 'a string');
  return value;
}

/** One of a list of names. */
export function oneOf<T extends string>(who: string, name: string, value: unknown, list: readonly T[]): T {
  if (list.includes(value as T)) return value as T;
  const wanted = `${who}: ${name} must be one of the known names, got ${describe(value)}.${suggestion(value, list)}`;
  throw typeof value === 'string' ? rangeError('ERR_PLUMMET_OPTION', wanted) : typeError('ERR_PLUMMET_OPTION', wanted);
}
