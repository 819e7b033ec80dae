import { checkFits, isNumberArray, isShared, type NumberArray } from '../arrays.ts';
import { checkOptions, describe, positiveInteger, rangeError, typedArrayName, typeError } from '../errors.ts';
import { sharedBytes, sharedFloats, sharedInts } from '../memory.ts';
import { type Tensor, type TensorLike, toRows, toTensor } from '../tensor.ts';
import { byteScale } from './bytes.ts';
import type { Dataset } from './dataset.ts';

export interface DatasetOptions {
  /** Rows of inputs: a typed array, nested arrays, or `{ data, shape }`. Bytes stay bytes in memory. */
  x: TensorLike;
  /** Class labels (integers, one a row) or rows of floats. Without y the dataset serves prediction. */
  y?: TensorLike;
  /** Bytes are multiplied by it. */
  scale?: number;
  /** Bytes are divided by it: 255 makes [0, 1] of them. */
  divisor?: number;
  /** Numbers in a row of x; needed where x is a flat array and y does not say how many rows there are. */
  columns?: number;
}

const known = ['x', 'y', 'scale', 'divisor', 'columns'] as const;
const datasets = new WeakSet<object>();

/** Whether a value came from `dataset`. */
export const isDataset = (value: unknown): value is Dataset =>
  typeof value === 'object' && value !== null && datasets.has(value);

/**
 * Rows of inputs and targets in shared memory, ready for `fit`. What is given is copied once, or used in place where it is a
 * Float32Array, Uint8Array or (labels) Int32Array on a SharedArrayBuffer already.
 *
 * y holds class labels where it is an array of integers, one a row; otherwise floats, such as one-hot rows `[n, classes]`.
 *
 * @throws `ERR_PLUMMET_SHAPE` where rows do not match, `ERR_PLUMMET_TYPE`, `ERR_PLUMMET_OPTION`, `ERR_PLUMMET_LABEL`, `ERR_PLUMMET_DETACHED`.
 * @example
 * const pixels = new Uint8Array(3 * 784);
 * const train = data.dataset({ x: pixels, y: new Uint8Array([7, 2, 1]), divisor: 255 }); // 3 rows of 784, as floats in [0, 1]
 */
export function dataset(options: DatasetOptions): Dataset {
  const who = 'dataset';
  const given = checkOptions(who, options, known);
  if (given.x === undefined) throw typeError('ERR_PLUMMET_OPTION', `${who}: x is missing`);
  const columns = given.columns === undefined ? undefined : positiveInteger(who, 'columns', given.columns);
  const xTensor = toTensor(who, 'x', given.x);
  const yTensor = given.y === undefined ? null : toTensor(who, 'y', given.y);
  const flatTyped = isNumberArray(given.y);
  const isBytes = /^Uint8(Clamped)?Array$/.test(typedArrayName(xTensor.data) as string);
  if (!isBytes && (given.scale !== undefined || given.divisor !== undefined)) {
    const kind = describe(xTensor.data);
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${who}: scale and divisor are for bytes (a Uint8Array), x is ${kind}; scale it before`,
    );
  }
  const x = toRows(
    who,
    'x',
    xTensor,
    columns ?? (xTensor.shape.length <= 1 ? inferColumns(who, xTensor, yTensor, flatTyped) : undefined),
  );
  if (x.rows === 0 || x.columns === 0) {
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: x is empty (${x.rows} rows of ${x.columns} numbers)`);
  }
  const y = yTensor && toTargets(who, yTensor, x.rows, flatTyped);
  const made: Dataset = Object.freeze({
    x: isBytes ? shareBytes(x.data as Uint8Array) : shareFloats(who, 'x', x.data),
    y,
    rows: x.rows,
    columns: x.columns,
    targets: y === null ? 0 : y.length / x.rows,
    bytes: isBytes ? byteScale(who, given.scale, given.divisor) : null,
  });
  datasets.add(made);
  return made;
}

/** A flat x has as many rows as y where that is certain: labels, or a y that has a shape. */
function inferColumns(who: string, x: Tensor, y: Tensor | null, flatTyped: boolean): number {
  const unsure = y === null || (flatTyped && !holdsIntegers(y.data));
  if (unsure) {
    throw typeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: the length of a row of x is not known: give columns, as in { x, y, columns: 784 }, or x as tensor(data, shape)`,
    );
  }
  const rows = y.shape[0];
  if (rows === 0 || x.data.length % rows !== 0) {
    const problem = `x has ${x.data.length} numbers, which is not a multiple of the ${rows} rows of y`;
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: ${problem}`);
  }
  return x.data.length / rows;
}

const holdsIntegers = (array: NumberArray) => !(typedArrayName(array) as string).startsWith('Float');

/** Labels where y is a list of integers, floats otherwise. */
function toTargets(who: string, y: Tensor, rows: number, flatTyped: boolean): Float32Array | Int32Array {
  const columns = y.shape.slice(1).reduce((product, n) => product * n, 1);
  // A flat typed array of floats may hold several numbers a row; its length says how many.
  const fits =
    flatTyped && !holdsIntegers(y.data) ? y.data.length > 0 && y.data.length % rows === 0 : y.shape[0] === rows;
  if (!fits || columns === 0) {
    const hint =
      flatTyped && y.data.length > rows ? '; give rows of several targets as tensor(data, [rows, targets])' : '';
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: y has ${y.shape[0]} rows, x has ${rows}${hint}`);
  }
  if (columns > 1 || (flatTyped && y.data.length !== rows)) return shareFloats(who, 'y', y.data);
  if (holdsIntegers(y.data)) return shareLabels(who, y.data);
  const plain = y.shape.length === 1 && !flatTyped && typedArrayName(y.data) === 'Float64Array';
  return plain && y.data.every(isInt32) ? shareLabels(who, y.data) : shareFloats(who, 'y', y.data);
}

const isInt32 = (value: number) => (value | 0) === value;

function shareBytes(source: Uint8Array | Uint8ClampedArray): Uint8Array {
  if (isShared(source)) return new Uint8Array(source.buffer, source.byteOffset, source.length);
  const bytes = sharedBytes(source.length);
  bytes.set(source);
  return bytes;
}

function shareFloats(who: string, name: string, source: NumberArray): Float32Array {
  if (source instanceof Float32Array && isShared(source)) return source;
  const floats = sharedFloats(source.length);
  floats.set(source);
  checkFits(who, name, source, floats);
  return floats;
}

function shareLabels(who: string, source: NumberArray): Int32Array {
  if (source instanceof Int32Array && isShared(source)) return source;
  const labels = sharedInts(source.length);
  labels.set(source);
  const wrong = labels.findIndex((label, i) => label !== source[i]);
  if (wrong !== -1) {
    throw rangeError('ERR_PLUMMET_LABEL', `${who}: y[${wrong}] is ${source[wrong]}, which is no class label`);
  }
  return labels;
}
