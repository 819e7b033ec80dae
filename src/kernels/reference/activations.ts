/** Activations and their gradients, softmax and its gradient: element-wise, or row by row. */
import { exp, type FloatArray, fround, sigmoid, tanh } from '../arithmetic/float32.ts';
import type { Kernel } from './kernel.ts';
import { workspace } from './kernel.ts';
import { laneMaximum, laneSum } from './lanes.ts';

export const LINEAR = 0;
export const RELU = 1;
export const SIGMOID = 2;

/** The activation with this number, of one value. */
export function activation(kind: number, x: number): number {
  if (kind === LINEAR) return x;
  if (kind === RELU) return 0 > x ? 0 : x;
  return kind === SIGMOID ? sigmoid(x) : tanh(x);
}

/** What comes back through an activation whose output was y. */
export function activationGradient(kind: number, y: number, dy: number): number {
  if (kind === LINEAR) return dy;
  if (kind === RELU) return 0 >= y ? 0 : dy;
  if (kind === SIGMOID) return fround(dy * fround(y * fround(1 - y)));
  return fround(dy * fround(1 - fround(y * y)));
}

export const activate: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const out = operands[1] as FloatArray;
  const columns = dims[1] | 0;
  const ld = dims[2] | 0;
  const kind = dims[3] | 0;
  for (let i = begin | 0; i < end; i++) {
    const from = (offsets[0] + i * ld) | 0;
    const to = (offsets[1] + i * ld) | 0;
    for (let j = 0; j < columns; j++) out[to + j] = activation(kind, x[from + j]);
  }
  return 0;
};

export const activateGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const y = operands[0] as FloatArray;
  const dy = operands[1] as FloatArray;
  const out = operands[2] as FloatArray;
  const columns = dims[1] | 0;
  const ld = dims[2] | 0;
  const kind = dims[3] | 0;
  for (let i = begin | 0; i < end; i++) {
    const yFrom = (offsets[0] + i * ld) | 0;
    const from = (offsets[1] + i * ld) | 0;
    const to = (offsets[2] + i * ld) | 0;
    for (let j = 0; j < columns; j++) out[to + j] = activationGradient(kind, y[yFrom + j], dy[from + j]);
  }
  return 0;
};

/** out[to + j] = exp(x[from + j] − maximum): what a softmax divides by its sum. */
export function exponentials(
  x: FloatArray,
  from: number,
  n: number,
  maximum: number,
  out: FloatArray,
  to: number,
): void {
  for (let j = 0; j < n; j++) out[to + j] = exp(fround(x[from + j] - maximum));
}

export const softmax: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const out = operands[1] as FloatArray;
  const columns = dims[1] | 0;
  const ld = dims[2] | 0;
  for (let i = begin | 0; i < end; i++) {
    const from = (offsets[0] + i * ld) | 0;
    const to = (offsets[1] + i * ld) | 0;
    exponentials(x, from, columns, laneMaximum(x, from, columns), out, to);
    const sum = laneSum(out, to, columns);
    for (let j = 0; j < columns; j++) out[to + j] = out[to + j] / sum;
  }
  return 0;
};

export const softmaxGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const y = operands[0] as FloatArray;
  const dy = operands[1] as FloatArray;
  const out = operands[2] as FloatArray;
  const columns = dims[1] | 0;
  const ld = dims[2] | 0;
  const products = workspace(columns);
  for (let i = begin | 0; i < end; i++) {
    const yFrom = (offsets[0] + i * ld) | 0;
    const from = (offsets[1] + i * ld) | 0;
    const to = (offsets[2] + i * ld) | 0;
    for (let j = 0; j < columns; j++) products[j] = dy[from + j] * y[yFrom + j];
    const sum = laneSum(products, 0, columns);
    for (let j = 0; j < columns; j++) out[to + j] = fround(dy[from + j] - sum) * y[yFrom + j];
  }
  return 0;
};
