/** Adafactor: Shazeer and Stern 2018, Algorithm 4: second moments of matrices as products of those of rows and columns. */
import { type FloatArray, fround } from '../../arithmetic/float32.ts';
import { eachStrip, STRIP, shapeOf, startOf, strideOf, sumLanes, sumPartials } from '../gradient-shape.ts';
import type { Kernel } from '../kernel.ts';
import { stepWith } from './step.ts';

export const varianceUpdate = stepWith(([beta2, oneMinusBeta2, added, least], gradient, v, out) => {
  for (let i = 0; i < v.length; i++) {
    const g = gradient[i];
    const square = fround(fround(g * g) + added);
    const moved = fround(fround(beta2 * v[i]) + fround(oneMinusBeta2 * square));
    v[i] = moved;
    out[i] = g / fround(Math.sqrt(least > moved ? least : moved));
  }
});

/** The mean square of a row or a column joins its moving average; `h` from `at` on: beta2, oneMinusBeta2, added. */
const movedMean = (held: number, squares: number, count: number, h: FloatArray, at: number): number =>
  h[at] * held + h[at + 1] * (squares / count + h[at + 2]);

const lanes = new Float64Array(16);

export const rowMoments: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const means = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const shape = shapeOf(dims);
  const [from, own, h] = offsets;
  for (let i = begin; i < end; i++) {
    lanes.fill(0);
    for (let j = 0; j < shape.columns; j += STRIP) {
      const count = Math.min(STRIP, shape.columns - j);
      const at = from + startOf(shape, j) + i * strideOf(shape, j);
      for (let c = 0; c < count; c++) lanes[c & 15] += x[at + c] * x[at + c];
    }
    means[own + i] = movedMean(means[own + i], sumLanes(lanes), shape.columns, hyper, h);
  }
  return 0;
};

export const columnMoments: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const means = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const shape = shapeOf(dims);
  const [from, own, h] = offsets;
  if (shape.rows === 0) return 0;
  const height = Math.floor(shape.rows / dims[4]);
  const across = Math.ceil(shape.columns / 16);
  for (let unit = begin; unit < end; unit++) {
    const matrix = Math.floor(unit / across);
    const j = (unit % across) * 16;
    const count = Math.min(16, shape.columns - j);
    const start = from + startOf(shape, j);
    const stride = strideOf(shape, j);
    lanes.fill(0);
    for (let i = matrix * height; i < (matrix + 1) * height; i++) {
      const at = start + i * stride;
      for (let c = 0; c < count; c++) lanes[c] += x[at + c] * x[at + c];
    }
    const to = own + matrix * shape.columns + j;
    for (let c = 0; c < count; c++) means[to + c] = movedMean(means[to + c], lanes[c], height, hyper, h);
  }
  return 0;
};

export const rowMean: Kernel = (operands, offsets, [rows, matrices], begin, end) => {
  const x = operands[0] as FloatArray;
  const least = (operands[1] as FloatArray)[offsets[1]];
  const out = operands[2] as FloatArray;
  const height = Math.floor(rows / matrices);
  for (let matrix = begin; matrix < end; matrix++) {
    let sum = 0;
    for (let i = matrix * height; i < (matrix + 1) * height; i++) sum += x[offsets[0] + i];
    const mean = fround(sum / height);
    out[offsets[2] + matrix] = least > mean ? least : mean;
  }
  return 0;
};

export const factoredUpdate: Kernel = (operands, offsets, dims, begin, end) => {
  const [x, ofRows, ofColumns, means] = operands as FloatArray[];
  const variance = operands[4] as FloatArray | null;
  const least = (operands[5] as FloatArray)[offsets[5]];
  const out = operands[6] as FloatArray;
  const shape = shapeOf(dims);
  const matrices = dims[4];
  const height = Math.floor(shape.rows / matrices);
  const [from, atRows, atColumns, atMeans, atVariance, , to] = offsets;
  if (!(height > 0)) return 0;
  for (let block = begin; block < end; block++) {
    eachStrip(shape, block, (at, i, j, count) => {
      const matrix = Math.floor(i / height);
      if (matrix >= matrices) return;
      const factor = fround(ofRows[atRows + i] / means[atMeans + matrix]);
      const column = atColumns + matrix * shape.columns + j;
      for (let c = 0; c < count; c++) {
        const estimate = fround(factor * ofColumns[column + c]);
        if (variance) variance[atVariance + at + c] = estimate;
        out[to + at + c] = x[from + at + c] / fround(Math.sqrt(least > estimate ? least : estimate));
      }
    });
  }
  return 0;
};

export const factoredScale: Kernel = (operands, offsets, [blocks, count, rest]) => {
  const hyper = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const [, , from, to] = offsets;
  const norm = Math.sqrt(sumPartials(operands[0], offsets[0], blocks) / count) * hyper[from + 3];
  const update = Math.sqrt(sumPartials(operands[1], offsets[1], blocks) / count) / hyper[from + 2];
  const size = norm > hyper[from + 1] ? norm : hyper[from + 1];
  out[to] = (hyper[from] * size) / (update > 1 ? update : 1);
  for (let i = 0; i < rest; i++) out[to + 1 + i] = hyper[from + 4 + i];
  return 0;
};
