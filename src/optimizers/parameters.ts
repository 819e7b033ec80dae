/** What users bind to an optimizer, and the gradients they pass: checked before anything changes. */
import { checkAttached, float32Array, isFloat32Array, isResizable, lengthOf } from '../arrays.ts';
import { describe, rangeError, safely, typedArrayName, typeError } from '../errors.ts';
import { toTensor } from '../tensor.ts';

export interface BoundParameter {
  readonly name: string;
  readonly data: Float32Array;
  readonly length: number;
  readonly shape: readonly number[];
}

/** An object's own entries, read once. */
export function entries(who: string, what: string, object: unknown): [string, unknown][] {
  if (typeof object !== 'object' || object === null || typedArrayName(object) !== undefined) {
    throw typeError(
      'ERR_PLUMMET_TYPE',
      `${who}: ${what} must be an object of Float32Arrays by name, got ${describe(object)}`,
    );
  }
  return safely(who, what, () => Object.keys(object).map((name) => [name, (object as Record<string, unknown>)[name]]));
}

/** Names in quotes, not too many of them. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, 5).map((name) => `"${name}"`);
  return `${first.join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

export function readParameters(who: string, given: unknown): BoundParameter[] {
  const parameters = entries(who, 'parameters', given).map(([name, value]) => readParameter(who, name, value));
  if (parameters.length === 0)
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: bind needs at least one parameter, got none`);
  checkOverlaps(who, parameters);
  return parameters;
}

function readParameter(who: string, name: string, value: unknown): BoundParameter {
  const called = `the parameter "${name}"`;
  let data: Float32Array;
  let shape: readonly number[];
  if (isFloat32Array(value) || typeof value !== 'object' || value === null) {
    data = float32Array(who, called, value);
    shape = [data.length];
  } else {
    const given = safely(who, called, () => (value as { data?: unknown }).data);
    data = float32Array(who, called, given ?? value);
    const read = safely(who, called, () => (value as { shape?: unknown }).shape);
    shape = toTensor(who, called, { data, shape: read }).shape;
  }
  checkAttached(who, called, data);
  checkFixed(who, called, data);
  return { name, data, length: data.length, shape };
}

function checkFixed(who: string, called: string, { buffer }: Float32Array): void {
  if (!isResizable(buffer)) return;
  throw typeError(
    'ERR_PLUMMET_TYPE',
    `${who}: ${called} lies in memory that can be resized; use an ArrayBuffer of fixed size`,
  );
}

const end = (array: Float32Array) => array.byteOffset + array.byteLength;

/** Whether two arrays share an element. */
export const overlap = (a: Float32Array, b: Float32Array): boolean =>
  a.buffer === b.buffer && a.byteOffset < end(b) && b.byteOffset < end(a);

function checkOverlaps(who: string, parameters: readonly BoundParameter[]): void {
  const sorted = [...parameters].sort((a, b) => a.data.byteOffset - b.data.byteOffset);
  const last = new Map<ArrayBufferLike, BoundParameter>();
  for (const parameter of sorted) {
    const before = last.get(parameter.data.buffer);
    if (before && overlap(before.data, parameter.data)) {
      throw rangeError(
        'ERR_PLUMMET_OVERLAP',
        `${who}: the parameters ${listed([before.name, parameter.name])} share memory; each needs its own`,
      );
    }
    if (parameter.length > 0) last.set(parameter.data.buffer, parameter);
  }
}

/** Checks one gradient against its parameter. */
export function checkGradient(who: string, parameter: BoundParameter, gradient: unknown): Float32Array {
  const called = `the gradient of "${parameter.name}"`;
  const array = float32Array(who, called, gradient);
  checkFixed(who, called, array);
  const length = lengthOf(array);
  if (length !== parameter.length) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: ${called} has ${length} elements, the parameter has ${parameter.length}`,
    );
  }
  return array;
}

/** Checks that a parameter is still as it was bound. */
export function checkParameter(who: string, { name, data, length }: BoundParameter): void {
  const now = lengthOf(data);
  if (now === length && length > 0) return;
  checkAttached(who, `the parameter "${name}"`, data);
  if (now !== length) {
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: the parameter "${name}" had ${length} elements, it has ${now} now`);
  }
}
