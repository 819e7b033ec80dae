/**
 * What optimizers are composed with, the twin of native/kernels/composition.h: windows of batches, scaled losses, steps that are
 * skipped, averages of weights, noise, centralisation.
 */
import { log, polar } from '../../math.ts';
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { doublesOf, shapeOf, startOf, strideOf } from './gradient-shape.ts';
import type { Kernel } from './kernel.ts';
import { philox, purpose } from './random.ts';

const finite = (x: number): boolean => x - x === 0;

/** Past the last element of the units that end there. */
const last = (dims: Float64Array, end: number): number => Math.min(16 * end, dims[0]);

export const accumulateGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const begins = (operands[1] as FloatArray)[offsets[1]] === 0;
  const sum = operands[2] as FloatArray;
  const [from, , to] = offsets;
  const stop = last(dims, end);
  for (let i = 16 * begin; i < stop; i++) sum[to + i] = begins ? x[from + i] : sum[to + i] + x[from + i];
  return 0;
};

export const divideGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const divisor = (operands[1] as FloatArray)[offsets[1]];
  const out = operands[2] as FloatArray;
  const [from, , to] = offsets;
  const stop = last(dims, end);
  for (let i = 16 * begin; i < stop; i++) out[to + i] = x[from + i] / divisor;
  return 0;
};

export const countBatch: Kernel = (operands, offsets, dims) => {
  const window = operands[0] as FloatArray;
  const scale = (operands[1] as FloatArray)[offsets[1]];
  const gate = operands[2] as FloatArray;
  const batches = fround(dims[0]);
  const count = fround(window[offsets[0]] + 1);
  const ends = count >= batches;
  window[offsets[0]] = ends ? 0 : count;
  gate[offsets[2]] = ends ? 1 : 0;
  gate[offsets[2] + 1] = batches * scale;
  return 0;
};

/** The smallest normal float32. */
const LEAST = 1.1754943508222875e-38;

export const judgeStep: Kernel = (operands, offsets, dims) => {
  const partials = doublesOf(operands[0], offsets[0]);
  const ending = operands[1] as FloatArray | null;
  const factors = operands[2] as FloatArray | null;
  const scaling = operands[3] as FloatArray | null;
  const verdict = operands[4] as FloatArray;
  const at = offsets[4];
  verdict[at] = 0;
  verdict[at + 1] = 0;
  if (ending && ending[offsets[1]] === 0) return 0;
  let good = true;
  for (let i = 0; i < dims[0]; i++) good = good && finite(partials.getFloat64(8 * i, true));
  verdict[at] = good ? 1 : 0;
  verdict[at + 1] = good ? 1 : -1;
  if (!factors || !scaling) return 0;
  const steps = fround(scaling[offsets[3] + 1] + 1);
  const grows = good && steps >= fround(dims[1]);
  const scale = fround(scaling[offsets[3]] * factors[offsets[2] + (good ? 0 : 1)]);
  // A scale that would overflow or vanish stays.
  if ((grows || !good) && finite(scale) && scale >= LEAST) scaling[offsets[3]] = scale;
  scaling[offsets[3] + 1] = good && !grows ? steps : 0;
  return 0;
};

export const scaleRows: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const scale = (operands[1] as FloatArray)[offsets[1]];
  const out = operands[2] as FloatArray;
  const [from, , to] = offsets;
  const ld = dims[2];
  for (let i = begin * ld; i < end * ld; i++) out[to + i] = x[from + i] * scale;
  return 0;
};

export const averageWeights: Kernel = (operands, offsets, dims, begin, end) => {
  const average = operands[0] as FloatArray;
  const p = operands[1] as FloatArray;
  const weights = operands[2] as FloatArray;
  const [to, from, w] = offsets;
  const kept = weights[w];
  const taken = weights[w + 1];
  const stop = last(dims, end);
  for (let i = 16 * begin; i < stop; i++) {
    const share = fround(taken * p[from + i]);
    average[to + i] = kept === 0 ? share : fround(kept * average[to + i]) + share;
  }
  return 0;
};

export const interpolate: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const y = operands[1] as FloatArray;
  const w = (operands[2] as FloatArray)[offsets[2]];
  const out = operands[3] as FloatArray;
  const [from, toward, , to] = offsets;
  const stop = last(dims, end);
  for (let i = 16 * begin; i < stop; i++) {
    const start = x[from + i];
    const goal = y[toward + i];
    out[to + i] = w === 1 ? goal : start + fround(w * fround(goal - start));
  }
  return 0;
};

const words = new Uint32Array(4);
const z = new Float64Array(2);

/** Uniform in (0, 1], with 53 bits, from two words. */
const fine = (high: number, low: number): number => ((high >>> 5) * 67108864 + (low >>> 6) + 1) / 9007199254740992;

const isHalf = (x: number): boolean => x >= 0 && x < 16777216;

export const addNoise: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const noise = operands[1] as FloatArray;
  const out = operands[2] as FloatArray;
  const shape = shapeOf(dims);
  const deviation = noise[offsets[1]];
  const [lower, upper] = [noise[offsets[1] + 1], noise[offsets[1] + 2]];
  // What is no step counts as none: a float may be anything.
  const step = isHalf(lower) && isHalf(upper) ? Math.floor(lower) + 16777216 * Math.floor(upper) : 0;
  const place = (purpose.noise << 24) | dims[6];
  const stop = Math.min(16 * end, shape.rows * shape.columns);
  for (let e = 16 * begin; e < stop; e += 2) {
    philox(dims[4], dims[5], e / 2, place, step, Math.floor(step / 0x1_0000_0000), words);
    polar(Math.sqrt(-2 * log(fine(words[0], words[1]))), 2 * Math.PI * fine(words[2], words[3]), z, 0);
    for (let k = 0; k < 2 && e + k < stop; k++) {
      const j = (e + k) % shape.columns;
      const at = startOf(shape, j) + Math.floor((e + k) / shape.columns) * strideOf(shape, j);
      out[offsets[2] + at] = x[offsets[0] + at] + fround(deviation * z[k]);
    }
  }
  return 0;
};

export const centralize: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const out = operands[1] as FloatArray;
  const shape = shapeOf(dims);
  if (shape.rows === 0) return 0; // columns may be any number then
  const stop = Math.min(16 * end, shape.columns);
  for (let j = 16 * begin; j < stop; j++) {
    const strip = j - (j % 16);
    const start = startOf(shape, strip) + (j - strip);
    const stride = strideOf(shape, strip);
    let sum = 0;
    for (let i = 0; i < shape.rows; i++) sum += x[offsets[0] + start + i * stride];
    const mean = fround(sum / shape.rows);
    for (let i = 0; i < shape.rows; i++) {
      const at = start + i * stride;
      out[offsets[1] + at] = x[offsets[0] + at] - mean;
    }
  }
  return 0;
};
