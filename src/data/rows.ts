/** Datasets made of datasets: some of their rows, their targets read in the other way. */
import { sharedFloat32, sharedInt32 } from '../arrays.ts';
import { rangeError, typeError } from '../errors.ts';
import { register } from './create.ts';
import type { Dataset } from './dataset.ts';

/** Rows `begin` … `end − 1`, over the same memory. */
export function sliceRows(dataset: Dataset, begin: number, end: number): Dataset {
  const { columns, targets, y } = dataset;
  return register({
    ...dataset,
    x: dataset.x.subarray(begin * columns, end * columns),
    y: y?.subarray(begin * targets, end * targets) ?? null,
    rows: end - begin,
  });
}

/**
 * The same dataset with y as labels (Int32Array) or floats, as a loss wants it: integers are one number a row, and floats that
 * are whole numbers, one a row, are labels.
 */
export function withTargets(who: string, dataset: Dataset, kind: 'labels' | 'floats'): Dataset {
  const { y, targets, rows } = dataset;
  if (y === null || y instanceof Int32Array === (kind === 'labels')) return dataset;
  if (kind === 'floats') {
    const floats = sharedFloat32(rows);
    floats.set(y);
    return register({ ...dataset, y: floats });
  }
  if (targets !== 1) {
    throw typeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: the loss wants one class label a row, y has ${targets} numbers a row; for one-hot rows use categoricalCrossentropy`,
    );
  }
  const labels = sharedInt32(rows);
  labels.set(y);
  const wrong = labels.findIndex((label, i) => label !== y[i]);
  if (wrong !== -1) {
    throw rangeError(
      'ERR_PLUMMET_LABEL',
      `${who}: the loss wants class labels, y[${wrong}] is ${y[wrong]}, not an integer`,
    );
  }
  return register({ ...dataset, y: labels });
}
