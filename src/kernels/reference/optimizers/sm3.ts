/** SM3-II: Anil et al. 2019, Algorithm SM3-II: one accumulator for each row, one for each column. */
import { type FloatArray, fround } from '../../arithmetic/float32.ts';
import { eachStrip, STRIP, shapeOf, startOf, strideOf } from '../gradient-shape.ts';
import type { Kernel } from '../kernel.ts';
import { stepWith } from './step.ts';

export const sm3Step = stepWith(([keep, gain, epsilon, learningRate], p, gradient, cover) => {
  for (let i = 0; i < p.length; i++) {
    const g = gradient[i];
    const bound = fround(fround(keep * cover[i]) + fround(fround(gain * g) * g));
    cover[i] = bound;
    p[i] = p[i] - fround(learningRate * fround(g / fround(Math.sqrt(fround(bound + epsilon)))));
  }
});

export const sm3Momentum = stepWith((h, p, gradient, cover, b) => {
  const [keep, gain, epsilon, learningRate, momentum, oneMinusMomentum] = h;
  for (let i = 0; i < p.length; i++) {
    const g = gradient[i];
    const bound = fround(fround(keep * cover[i]) + fround(fround(gain * g) * g));
    cover[i] = bound;
    const d = fround(g / fround(Math.sqrt(fround(bound + epsilon))));
    const moved = fround(fround(momentum * b[i]) + fround(oneMinusMomentum * d));
    b[i] = moved;
    p[i] = p[i] - fround(learningRate * moved);
  }
});

/** A NaN stays, whichever side it is on. */
const most = (held: number, x: number): number => (x > held || Number.isNaN(x) ? x : held);
const least = (held: number, x: number): number => (held > x || Number.isNaN(x) ? x : held);

export const coverColumns: Kernel = (operands, offsets, dims, begin, end) => {
  const [accumulator, cover] = operands as FloatArray[];
  const [from, to] = offsets;
  const shape = shapeOf(dims);
  for (let block = begin; block < end; block++) {
    eachStrip(shape, block, (at, _, j, count) => {
      for (let c = 0; c < count; c++) cover[to + at + c] = accumulator[from + j + c];
    });
  }
  return 0;
};

export const coverRows: Kernel = (operands, offsets, dims, begin, end) => {
  const [accumulator, cover] = operands as FloatArray[];
  const [from, to] = offsets;
  const [inner, size] = dims.subarray(4);
  const shape = shapeOf(dims);
  if (inner < 1 || size < 1) return 0;
  for (let block = begin; block < end; block++) {
    eachStrip(shape, block, (at, i, _, count) => {
      const bound = accumulator[from + (Math.floor(i / inner) % size)];
      for (let c = to + at; c < to + at + count; c++) cover[c] = least(cover[c], bound);
    });
  }
  return 0;
};

const lanes = new Float64Array(16);

export const maximumColumns: Kernel = (operands, offsets, dims, begin, end) => {
  const [cover, accumulator] = operands as FloatArray[];
  const [from, to] = offsets;
  const shape = shapeOf(dims);
  for (let unit = begin; unit < end; unit++) {
    const j = unit * 16;
    const count = Math.min(16, shape.columns - j);
    const start = from + startOf(shape, j);
    const stride = strideOf(shape, j);
    for (let c = 0; c < count; c++) lanes[c] = dims[4] !== 0 ? accumulator[to + j + c] : 0;
    for (let i = 0; i < shape.rows; i++) {
      for (let c = 0; c < count; c++) lanes[c] = most(lanes[c], cover[start + i * stride + c]);
    }
    for (let c = 0; c < count; c++) accumulator[to + j + c] = lanes[c];
  }
  return 0;
};

export const maximumRows: Kernel = (operands, offsets, dims, begin, end) => {
  const [cover, accumulator] = operands as FloatArray[];
  const [from, to] = offsets;
  const [inner, size, keep] = dims.subarray(4);
  const shape = shapeOf(dims);
  if (inner < 1) return 0;
  for (let k = begin; k < end; k++) {
    lanes.fill(0);
    for (let first = k * inner; first < shape.rows; first += inner * size) {
      for (let i = first; i < first + inner && i < shape.rows; i++) {
        for (let j = 0; j < shape.columns; j += STRIP) {
          const count = Math.min(STRIP, shape.columns - j);
          const at = from + startOf(shape, j) + i * strideOf(shape, j);
          for (let c = 0; c < count; c++) lanes[c & 15] = most(lanes[c & 15], cover[at + c]);
        }
      }
    }
    for (let s = 8; s > 0; s >>= 1) {
      for (let l = 0; l < s; l++) lanes[l] = most(lanes[l], lanes[l + s]);
    }
    accumulator[to + k] = keep !== 0 ? most(accumulator[to + k], lanes[0]) : lanes[0];
  }
  return 0;
};
