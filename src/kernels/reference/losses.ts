/** Losses of one row each, with the gradient of their mean over the batch where it is asked for. */
import { exp, type FloatArray, fround, log, log1p, sigmoid } from '../arithmetic/float32.ts';
import { exponentials } from './activations.ts';
import { BAD_LABEL, BAD_ROW, type Kernel, workspace } from './kernel.ts';
import { laneMaximum, laneSum } from './lanes.ts';

export const sparseSoftmaxCrossentropy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const labels = operands[1] as Int32Array;
  const order = operands[2] as Int32Array | null;
  const loss = operands[3] as FloatArray;
  const gradient = operands[4] as FloatArray | null;
  const sourceRows = dims[1];
  const classes = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  const scale = fround(1 / dims[0]);
  const e = workspace(classes);
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const label = labels[offsets[1] + row];
    if (!(label >= 0 && label < classes)) return BAD_LABEL;
    const from = (offsets[0] + i * ld) | 0;
    const maximum = laneMaximum(z, from, classes);
    exponentials(z, from, classes, maximum, e, 0);
    const sum = laneSum(e, 0, classes);
    loss[offsets[3] + i] = log(sum) - fround(z[from + label] - maximum);
    if (gradient === null) continue;
    const to = (offsets[4] + i * ld) | 0;
    for (let j = 0; j < classes; j++) {
      gradient[to + j] = fround(fround(e[j] / sum) - (j === label ? 1 : 0)) * scale;
    }
  }
  return 0;
};

export const softmaxCrossentropy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const targets = operands[1] as FloatArray;
  const order = operands[2] as Int32Array | null;
  const loss = operands[3] as FloatArray;
  const gradient = operands[4] as FloatArray | null;
  const sourceRows = dims[1];
  const classes = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  const scale = fround(1 / dims[0]);
  const room = workspace(2 * classes);
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const from = (offsets[0] + i * ld) | 0;
    const target = (offsets[1] + row * classes) | 0;
    const maximum = laneMaximum(z, from, classes);
    exponentials(z, from, classes, maximum, room, 0);
    const sum = laneSum(room, 0, classes);
    const logSum = log(sum);
    for (let j = 0; j < classes; j++) {
      room[classes + j] = targets[target + j] * fround(logSum - fround(z[from + j] - maximum));
    }
    loss[offsets[3] + i] = laneSum(room, classes, classes);
    if (gradient === null) continue;
    const total = laneSum(targets, target, classes);
    const to = (offsets[4] + i * ld) | 0;
    for (let j = 0; j < classes; j++) {
      gradient[to + j] = fround(fround(fround(room[j] / sum) * total) - targets[target + j]) * scale;
    }
  }
  return 0;
};

export const sigmoidCrossentropy: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const targets = operands[1] as FloatArray;
  const order = operands[2] as Int32Array | null;
  const loss = operands[3] as FloatArray;
  const gradient = operands[4] as FloatArray | null;
  const sourceRows = dims[1];
  const outputs = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  const scale = fround(1 / (dims[0] * outputs));
  const terms = workspace(outputs);
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const from = (offsets[0] + i * ld) | 0;
    const target = (offsets[1] + row * outputs) | 0;
    for (let j = 0; j < outputs; j++) {
      const x = z[from + j];
      const a = exp(-Math.abs(x));
      terms[j] = fround((x > 0 ? x : 0) - fround(x * targets[target + j])) + log1p(a);
    }
    loss[offsets[3] + i] = laneSum(terms, 0, outputs) / outputs;
    if (gradient === null) continue;
    const to = (offsets[4] + i * ld) | 0;
    for (let j = 0; j < outputs; j++) {
      gradient[to + j] = fround(sigmoid(z[from + j]) - targets[target + j]) * scale;
    }
  }
  return 0;
};

export const meanSquaredError: Kernel = (operands, offsets, dims, begin, end) => {
  const z = operands[0] as FloatArray;
  const targets = operands[1] as FloatArray;
  const order = operands[2] as Int32Array | null;
  const loss = operands[3] as FloatArray;
  const gradient = operands[4] as FloatArray | null;
  const sourceRows = dims[1];
  const outputs = dims[2] | 0;
  const first = dims[3];
  const ld = dims[4] | 0;
  const scale = fround(2 / (dims[0] * outputs));
  const squares = workspace(outputs);
  for (let i = begin | 0; i < end; i++) {
    const row = order === null ? first + i : order[offsets[2] + first + i];
    if (!(row >= 0 && row < sourceRows)) return BAD_ROW;
    const from = (offsets[0] + i * ld) | 0;
    const target = (offsets[1] + row * outputs) | 0;
    for (let j = 0; j < outputs; j++) {
      const d = fround(z[from + j] - targets[target + j]);
      squares[j] = d * d;
    }
    loss[offsets[3] + i] = laneSum(squares, 0, outputs) / outputs;
    if (gradient === null) continue;
    const to = (offsets[4] + i * ld) | 0;
    for (let j = 0; j < outputs; j++) gradient[to + j] = fround(z[from + j] - targets[target + j]) * scale;
  }
  return 0;
};
