/** What users pass as x and y, as arrays that an executor can read. */
import { checkFits, isFloat32Array, isInt32Array, isPlain, isShared, type NumberArray } from '../arrays.ts';
import { isDataset } from '../data/create.ts';
import type { ByteScale, Dataset } from '../data/dataset.ts';
import { describe, rangeError, typeError } from '../errors.ts';
import type { Loss } from '../losses/index.ts';
import { sharedFloats, sharedInts } from '../memory.ts';
import { toRows } from '../tensor.ts';

/** Rows of inputs, and of targets where there are any. */
export interface Source {
  readonly x: Float32Array | Uint8Array;
  readonly y: Float32Array | Int32Array | null;
  readonly rows: number;
  readonly bytes: ByteScale | null;
  /** Whether the labels in y have been looked at already. */
  readonly checked: boolean;
}

/** What the model expects of its targets. */
export interface Wanted {
  readonly inputs: number;
  readonly outputs: number;
  readonly targets: Loss['targets'];
}

/**
 * What becomes of the arrays: other threads read them, so they are `shared`, copied unless they are that already; or the
 * calling thread uses them at once, `private`, where they are.
 */
export type Place = 'shared' | 'private';

/** Whether it is what the short ways below take: nothing that it says can be anything but true. */
const isPlainFloats = (value: unknown): value is Float32Array => isFloat32Array(value) && isPlain(value);

/** Whether an array may be read where it is. */
const readable = (array: NumberArray, place: Place): boolean => place === 'private' || isShared(array);

/** The numbers themselves where threads may read them in place, else a copy. */
function floats(who: string, name: string, data: NumberArray, place: Place): Float32Array {
  if (data instanceof Float32Array && readable(data, place)) return data;
  const copy = place === 'shared' ? sharedFloats(data.length) : new Float32Array(data.length);
  copy.set(data);
  checkFits(who, name, data, copy);
  return copy;
}

/** @throws `ERR_PLUMMET_SHAPE` where there is no row, or rows are of another length than the model's inputs. */
export function inputRows(who: string, x: unknown, inputs: number, place: Place): { x: Float32Array; rows: number } {
  // The short way for what needs no copy; whatever is wrong takes the long one, which says what.
  if (place === 'private' && isPlainFloats(x) && x.length > 0 && x.length % inputs === 0) {
    return { x, rows: x.length / inputs };
  }
  const { data, rows } = toRows(who, 'x', x, inputs);
  if (rows === 0)
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: x is empty; it needs at least one row of ${inputs} numbers`);
  return { x: floats(who, 'x', data, place), rows };
}

/** @throws `ERR_PLUMMET_LABEL` for the first label that is not an integer from 0 to classes − 1. */
export function checkLabels(who: string, labels: NumberArray, classes: number, from = 0, to = labels.length): void {
  for (let i = from; i < to; i++) {
    const label = labels[i];
    if (label >= 0 && label < classes && Math.floor(label) === label) continue;
    throw rangeError(
      'ERR_PLUMMET_LABEL',
      `${who}: the label of row ${i} is ${describe(label)}; the model has ${classes} outputs, so labels are integers from 0 to ${classes - 1}`,
    );
  }
}

/** Labels that stay where they are are looked at later, in slices: there may be very many. */
function labelsOf(
  who: string,
  y: unknown,
  rows: number,
  wanted: Wanted,
  place: Place,
): { y: Int32Array; checked: boolean } {
  if (place === 'private' && isInt32Array(y) && isPlain(y) && y.length === rows) {
    checkLabels(who, y, wanted.outputs);
    return { y, checked: true };
  }
  const given = toRows(who, 'y', y);
  if (given.columns !== 1) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: y has ${given.columns} numbers a row, but the loss takes one class label a row; for one-hot rows use 'categoricalCrossentropy'`,
    );
  }
  sameRows(who, given.rows, rows);
  const inPlace = given.data instanceof Int32Array && readable(given.data, place);
  if (inPlace && place === 'shared') return { y: given.data, checked: false };
  checkLabels(who, given.data, wanted.outputs);
  if (inPlace) return { y: given.data, checked: true };
  const copy = place === 'shared' ? sharedInts(rows) : new Int32Array(rows);
  copy.set(given.data);
  return { y: copy, checked: true };
}

function sameRows(who: string, given: number, rows: number): void {
  if (given === rows) return;
  throw rangeError('ERR_PLUMMET_SHAPE', `${who}: y has ${given} rows, x has ${rows}; each row of x needs one of y`);
}

/** Rows of `outputs` numbers, one for each row of x. */
export function targetRows(
  who: string,
  name: string,
  y: unknown,
  rows: number,
  outputs: number,
  place: Place,
): Float32Array {
  if (place === 'private' && isPlainFloats(y) && y.length === rows * outputs) return y;
  const given = toRows(who, name, y, outputs);
  sameRows(who, given.rows, rows);
  return floats(who, name, given.data, place);
}

/** x and y as a user passes them. */
export function pair(who: string, x: unknown, y: unknown, wanted: Wanted, place: Place): Source {
  const input = inputRows(who, x, wanted.inputs, place);
  if (y === undefined || y === null) {
    const kind = wanted.targets === 'labels' ? 'one class label a row' : `${wanted.outputs} numbers a row`;
    throw typeError('ERR_PLUMMET_TYPE', `${who}: y is missing; the loss takes ${kind}`);
  }
  // Property by property: to spread them takes microseconds.
  const { x: inputs, rows } = input;
  if (wanted.targets === 'labels') {
    const { y: labels, checked } = labelsOf(who, y, rows, wanted, place);
    return { x: inputs, y: labels, rows, bytes: null, checked };
  }
  const targets = targetRows(who, 'y', y, rows, wanted.outputs, place);
  return { x: inputs, y: targets, rows, bytes: null, checked: true };
}

/** The options of `fit` and `evaluate`: behind x and y, or behind a dataset, which holds both. */
export function optionsBehind(who: string, x: unknown, y: unknown, given: unknown): unknown {
  if (!isDataset(x)) return given;
  if (given === undefined) return y;
  throw typeError(
    'ERR_PLUMMET_OPTION',
    `${who}: a dataset holds x and y, so the options come second, as in ${who}(dataset, { batchSize: 32 }); got ${describe(y)} there and ${describe(given)} behind it`,
  );
}

/** A dataset's inputs alone. */
export function datasetInputs(who: string, dataset: Dataset, inputs: number): Source {
  const { x, rows, columns, bytes } = dataset;
  if (columns !== inputs) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: the dataset has ${columns} numbers a row, the model takes ${inputs}`,
    );
  }
  if (rows === 0) throw rangeError('ERR_PLUMMET_SHAPE', `${who}: the dataset is empty; it needs at least one row`);
  return { x, y: null, rows, bytes, checked: true };
}

/** A dataset with the targets that the loss takes. */
export function datasetPair(who: string, dataset: Dataset, wanted: Wanted): Source {
  const source = datasetInputs(who, dataset, wanted.inputs);
  const { y, targets } = dataset;
  if (!y) throw typeError('ERR_PLUMMET_TYPE', `${who}: the dataset has no y; make it with data.dataset({ x, y })`);
  const perRow = wanted.targets === 'labels' ? 1 : wanted.outputs;
  if (targets !== perRow) {
    const hint = wanted.targets === 'labels' ? "; for one-hot rows use 'categoricalCrossentropy'" : '';
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: y of the dataset has ${targets} numbers a row, the loss takes ${perRow}${hint}`,
    );
  }
  const kind = y instanceof Int32Array ? 'labels' : 'floats';
  if (kind === wanted.targets) return { ...source, y, checked: kind === 'floats' };
  // Converted anew each time: somebody may have written to the dataset's memory since.
  if (wanted.targets === 'labels') checkLabels(who, y, wanted.outputs);
  const other = wanted.targets === 'labels' ? sharedInts(y.length) : sharedFloats(y.length);
  other.set(y);
  return { ...source, y: other, checked: true };
}

/** Looks at the labels of a source without holding the main thread for more than about a millisecond at a time. */
export async function checkSource(who: string, source: Source, classes: number): Promise<void> {
  if (source.checked || !(source.y instanceof Int32Array)) return;
  const slice = 1 << 19;
  for (let from = 0; from < source.rows; from += slice) {
    if (from > 0) await new Promise<void>((resolve) => setImmediate(resolve));
    checkLabels(who, source.y, classes, from, Math.min(source.rows, from + slice));
  }
}
