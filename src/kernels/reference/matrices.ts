/** What optimizers do with whole matrices around their products, the twin of native/kernels/matrices.h. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { doublesOf, type Shape, STRIP, shapeOf, startOf, strideOf } from './gradient-shape.ts';
import type { Kernel } from './kernel.ts';

/** Calls `use` with each stretch of rows [begin, end) that lies together: its place as the shape says, its place row-major, its length. */
function eachStretch(
  shape: Shape,
  begin: number,
  end: number,
  use: (place: number, rowMajor: number, count: number) => void,
): void {
  if (begin >= end) return; // columns may be any number then
  const { columns, panelled } = shape;
  const longest = panelled ? STRIP : columns;
  for (let j = 0; j < columns; j += longest) {
    const count = Math.min(longest, columns - j);
    const start = startOf(shape, j);
    const stride = strideOf(shape, j);
    for (let i = begin; i < end; i++) use(start + i * stride, i * columns + j, count);
  }
}

export const matrixMoment: Kernel = (operands, offsets, dims, begin, end) => {
  const p = operands[0] as FloatArray;
  const g = operands[1] as FloatArray;
  const mean = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const hyper = operands[4] as FloatArray;
  const [ofP, ofG, ofMean, ofOut, at] = offsets;
  const [decay, beta, weight, fromGradient, fromMean] = hyper.subarray(at, at + 5);
  eachStretch(shapeOf(dims), begin, end, (place, rowMajor, count) => {
    for (let c = 0; c < count; c++) {
      const x = fround(g[ofG + place + c] + fround(decay * p[ofP + place + c]));
      const m = fround(fround(beta * mean[ofMean + rowMajor + c]) + fround(weight * x));
      mean[ofMean + rowMajor + c] = m;
      out[ofOut + rowMajor + c] = fround(fromGradient * x) + fround(fromMean * m);
    }
  });
  return 0;
};

/** What the shape of a matrix contributes to the length of its step. */
function shapeScale(kind: number, rows: number, columns: number): number {
  const tall = rows / columns;
  const wide = columns / rows;
  if (kind === 1) return Math.sqrt(tall > 1 ? tall : 1);
  if (kind === 2) return Math.sqrt(rows > columns ? rows : columns);
  if (kind === 3) return Math.sqrt(tall);
  if (kind === 4) return Math.sqrt(wide > 1 ? wide : 1);
  return 1;
}

export const matrixStep: Kernel = (operands, offsets, dims, begin, end) => {
  const p = operands[0] as FloatArray;
  const direction = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const [ofP, ofDirection, at] = offsets;
  const shape = shapeOf(dims);
  const rate = fround(hyper[at] * shapeScale(dims[4], shape.rows, shape.columns));
  const decay = hyper[at + 1];
  eachStretch(shape, begin, end, (place, rowMajor, count) => {
    for (let c = 0; c < count; c++) {
      const to = ofP + place + c;
      p[to] = fround(decay * p[to]) - fround(rate * direction[ofDirection + rowMajor + c]);
    }
  });
  return 0;
};

export const blendSquare: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const y = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const [ofX, ofY, at] = offsets;
  const [n] = dims;
  for (let i = begin; i < end; i++) {
    for (let k = i * n; k < (i + 1) * n; k++) {
      x[ofX + k] = fround(hyper[at] * x[ofX + k]) + fround(hyper[at + 1] * y[ofY + k]);
    }
    x[ofX + i * n + i] += hyper[at + 2];
  }
  return 0;
};

export const normScale: Kernel = (operands, offsets, dims) => {
  const partials = doublesOf(operands[0], offsets[0]);
  const limit = operands[1] as FloatArray;
  const [blocks, count] = dims;
  let norm = 0;
  for (let i = 0; i < blocks; i++) norm += partials.getFloat64(8 * i, true);
  if (count > 0) norm /= count;
  norm = Math.sqrt(norm);
  const least = limit[offsets[1]];
  (operands[2] as FloatArray)[offsets[2]] = 1 / ((least > norm ? least : norm) + limit[offsets[1] + 1]);
  return 0;
};

export const soapDirection: Kernel = (operands, offsets, dims, begin, end) => {
  const mean = operands[0] as FloatArray;
  const gradient = operands[1] as FloatArray;
  const squares = operands[2] as FloatArray;
  const hyper = operands[3] as FloatArray;
  const [ofMean, ofGradient, ofSquares, at] = offsets;
  const [moves, beta, weight, epsilon] = hyper.subarray(at, at + 4);
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) {
    if (!(moves > 0)) {
      mean[ofMean + i] = 0;
      continue;
    }
    const g = gradient[ofGradient + i];
    const v = fround(fround(beta * squares[ofSquares + i]) + fround(fround(weight * g) * g));
    squares[ofSquares + i] = v;
    mean[ofMean + i] /= fround(fround(Math.sqrt(v)) + epsilon);
  }
  return 0;
};

export const reorder: Kernel = (operands, offsets, dims) => {
  const values = operands[0] as FloatArray;
  const order = operands[1] as FloatArray;
  const room = operands[2] as FloatArray;
  const mode = operands[3] as FloatArray;
  const [ofValues, ofOrder, ofRoom] = offsets;
  const [before, n, after] = dims;
  const count = before * n * after;
  if (mode[offsets[3]] !== 2 || !(count > 0)) return 0;
  for (let b = 0; b < before; b++) {
    for (let j = 0; j < n; j++) {
      const wanted = order[ofOrder + j];
      const source = ofValues + (b * n + (wanted >= 0 && wanted < n ? Math.floor(wanted) : j)) * after;
      const target = ofRoom + (b * n + j) * after;
      for (let a = 0; a < after; a++) room[target + a] = values[source + a];
    }
  }
  for (let i = 0; i < count; i++) values[ofValues + i] = room[ofRoom + i];
  return 0;
};
