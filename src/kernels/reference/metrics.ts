/** Metrics: one value a row. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { BAD_LABEL, BAD_ROW, type Kernel, workspace } from './kernel.ts';
import { laneSum } from './lanes.ts';

/** The place of the first of the largest; a NaN is never larger. */
function argmax(values: FloatArray, from: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) {
    if (values[from + j] > values[from + best]) best = j;
  }
  return best;
}

export const sparseAccuracy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const labels = operands[1] as Int32Array;
  const order = operands[2] as Int32Array | null;
  const values = operands[3] as FloatArray;
  const sourceRows = dims[1];
  const classes = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const label = labels[offsets[1] + row];
    if (!(label >= 0 && label < classes)) return BAD_LABEL;
    values[offsets[3] + i] = argmax(z, (offsets[0] + i * ld) | 0, classes) === label ? 1 : 0;
  }
  return 0;
};

export const categoricalAccuracy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const targets = operands[1] as FloatArray;
  const order = operands[2] as Int32Array | null;
  const values = operands[3] as FloatArray;
  const sourceRows = dims[1];
  const classes = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const predicted = argmax(z, (offsets[0] + i * ld) | 0, classes);
    const wanted = argmax(targets, (offsets[1] + row * classes) | 0, classes);
    values[offsets[3] + i] = predicted === wanted ? 1 : 0;
  }
  return 0;
};

export const binaryAccuracy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const targets = operands[1] as FloatArray;
  const order = operands[2] as Int32Array | null;
  const values = operands[3] as FloatArray;
  const sourceRows = dims[1];
  const outputs = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  const threshold = dims[5] === 1 ? 0 : 0.5;
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const from = (offsets[0] + i * ld) | 0;
    const target = (offsets[1] + row * outputs) | 0;
    let right = 0;
    for (let j = 0; j < outputs; j++) {
      if ((z[from + j] > threshold ? 1 : 0) === targets[target + j]) right++;
    }
    values[offsets[3] + i] = right / outputs;
  }
  return 0;
};

function errors(square: boolean): Kernel {
  return (operands, offsets, dims, begin, end) => {
    const z = operands[0] as FloatArray;
    const targets = operands[1] as FloatArray;
    const order = operands[2] as Int32Array | null;
    const values = operands[3] as FloatArray;
    const sourceRows = dims[1];
    const outputs = dims[2] | 0;
    const first = dims[3];
    const ld = dims[4] | 0;
    const terms = workspace(outputs);
    for (let i = begin | 0; i < end; i++) {
      const row = order === null ? first + i : order[offsets[2] + first + i];
      if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
      const from = (offsets[0] + i * ld) | 0;
      const target = (offsets[1] + row * outputs) | 0;
      for (let j = 0; j < outputs; j++) {
        const d = fround(z[from + j] - targets[target + j]);
        terms[j] = square ? d * d : Math.abs(d);
      }
      values[offsets[3] + i] = laneSum(terms, 0, outputs) / outputs;
    }
    return 0;
  };
}

export const squaredError = errors(true);
export const absoluteError = errors(false);
