/** Numbers with a shape, and what people pass in their place. */
import { checkAttached, isNumberArray, lengthOf, type NumberArray, plain, toFloat32 } from './arrays.ts';
import { describe, rangeError, safely, typedArrayName, typeError } from './errors.ts';
import { flatten, type NestedNumbers } from './nested.ts';

/** Row-major. */
export interface Tensor<T extends NumberArray = NumberArray> {
  readonly data: T;
  readonly shape: readonly number[];
}

/** What is accepted wherever rows of numbers are wanted. */
export type TensorLike =
  | NumberArray
  | NestedNumbers
  | { readonly data: NumberArray | readonly number[]; readonly shape: readonly number[] };

/**
 * Pairs numbers with a shape. A typed array is kept, not copied; a plain array becomes a Float32Array.
 *
 * @param shape - non-negative integers whose product is the length of `data`
 * @throws `ERR_PLUMMET_TYPE` for what holds no numbers, `ERR_PLUMMET_SHAPE` where the shape does not fit, `ERR_PLUMMET_DETACHED`.
 * @example
 * const image = tensor(new Uint8Array(784), [28, 28]);
 */
export function tensor(data: readonly number[], shape: readonly number[]): Tensor<Float32Array>;
export function tensor<T extends NumberArray>(data: T, shape: readonly number[]): Tensor<T>;
export function tensor(data: NumberArray | readonly number[], shape: readonly number[]): Tensor {
  return withShape('tensor', 'data', data, shape);
}

function withShape(who: string, name: string, data: unknown, shape: unknown): Tensor {
  const sides = checkShape(who, shape);
  const array = isNumberArray(data) ? data : toFloat32(who, name, flatten(who, name, data).data);
  checkAttached(who, name, array);
  const size = sides.reduce((product, n) => product * n, 1);
  const length = lengthOf(array);
  if (size !== length) {
    const text = `[${sides.join(', ')}]`;
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: ${name} has ${length} numbers, the shape ${text} holds ${size}`);
  }
  return Object.freeze({ data: array, shape: Object.freeze(sides) });
}

function checkShape(who: string, shape: unknown): number[] {
  const sides = safely(who, 'shape', () =>
    Array.isArray(shape) && shape.length <= 64 ? Array.from(shape as unknown[]) : undefined,
  );
  if (sides === undefined || !sides.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)) {
    throw typeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: shape must be an array of non-negative integers, as in [60000, 784], got ${describe(shape)}`,
    );
  }
  return sides as number[];
}

/** What a user passed, as one array of numbers with a shape. `[n]` where only its length is known. */
export function toTensor(who: string, name: string, value: unknown): Tensor {
  if (isNumberArray(value)) {
    checkAttached(who, name, value);
    const data = plain(value);
    return { data, shape: [data.length] };
  }
  if (safely(who, name, () => Array.isArray(value))) return flatten(who, name, value);
  if (typeof value === 'object' && value !== null && typedArrayName(value) === undefined) {
    const { data, shape } = safely(who, name, () => {
      const given = value as { data?: unknown; shape?: unknown };
      return { data: given.data, shape: given.shape };
    });
    if (shape !== undefined && (isNumberArray(data) || safely(who, `${name}.data`, () => Array.isArray(data)))) {
      const given = withShape(who, `${name}.data`, data, shape);
      return { data: plain(given.data), shape: given.shape };
    }
  }
  const wanted = 'a typed array of numbers, nested arrays of numbers, or an object with data and shape';
  throw typeError('ERR_PLUMMET_TYPE', `${who}: ${name} must be ${wanted}, got ${describe(value)}`);
}

/** Numbers as rows of equal length. */
export interface Rows {
  readonly data: NumberArray;
  readonly rows: number;
  readonly columns: number;
  /** Dimensions of what was given; 1: only its length was known, or it was a flat array. */
  readonly rank: number;
}

/**
 * What a user passed, as rows of `columns` numbers. Without `columns` the shape decides, and a flat array is one number a row.
 *
 * @throws `ERR_PLUMMET_SHAPE`: `fit: x has 1000 numbers, not a multiple of the row length 784`.
 */
export function toRows(who: string, name: string, value: unknown, columns?: number): Rows {
  const { data, shape } = toTensor(who, name, value);
  if (shape.length <= 1) {
    const width = columns ?? 1;
    if (data.length % width !== 0) {
      throw rangeError(
        'ERR_PLUMMET_SHAPE',
        `${who}: ${name} has ${data.length} numbers, not a multiple of the row length ${width}`,
      );
    }
    return { data, rows: data.length / width, columns: width, rank: 1 };
  }
  const width = shape.slice(1).reduce((product, n) => product * n, 1);
  if (columns !== undefined && width !== columns) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: the rows of ${name} have ${shape.slice(1).join(' × ')}${shape.length > 2 ? ` = ${width}` : ''} numbers, expected ${columns}`,
    );
  }
  return { data, rows: shape[0], columns: width, rank: shape.length };
}
