/** Norms of gradients and what follows from them, the twin of native/kernels/clipping.h. Sums are float64 in both. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { doublesOf, eachStrip, type Shape, shapeOf, startOf, storeDouble, strideOf } from './gradient-shape.ts';
import type { Kernel } from './kernel.ts';

const SQUARES = 0;
const LARGEST = 2;

const larger = (x: number, held: number): number => (x > held || Number.isNaN(x) ? x : held);

const join = (kind: number, held: number, value: number): number =>
  kind === SQUARES || kind === 1 ? held + value : larger(value, held);

const lanes = new Float64Array(16);

/** One block: column j goes to lane j % 16. */
function blockNorm(x: FloatArray, offset: number, shape: Shape, block: number, kind: number): number {
  lanes.fill(0);
  eachStrip(shape, block, (place, _i, _j, count) => {
    const at = offset + place;
    if (kind === SQUARES) for (let c = 0; c < count; c++) lanes[c & 15] += x[at + c] * x[at + c];
    else for (let c = 0; c < count; c++) lanes[c & 15] = join(kind, lanes[c & 15], Math.abs(x[at + c]));
  });
  for (let s = 8; s > 0; s >>= 1) {
    for (let l = 0; l < s; l++) lanes[l] = join(kind, lanes[l], lanes[l + s]);
  }
  return lanes[0];
}

export const gradientNorm: Kernel = (operands, offsets, dims, begin, end) => {
  const shape = shapeOf(dims);
  const partials = doublesOf(operands[1], offsets[1]);
  for (let block = begin; block < end; block++) {
    storeDouble(partials, block, blockNorm(operands[0] as FloatArray, offsets[0], shape, block, dims[4]));
  }
  return 0;
};

export const clipScale: Kernel = (operands, offsets, dims) => {
  const partials = doublesOf(operands[0], offsets[0]);
  const limit = operands[1] as FloatArray;
  const [blocks, kind, count] = dims;
  let norm = 0;
  for (let i = 0; i < blocks; i++) {
    const partial = partials.getFloat64(8 * i, true);
    norm = kind === LARGEST ? larger(partial, norm) : norm + partial;
  }
  if (count > 0) norm /= count;
  if (kind === SQUARES) norm = Math.sqrt(norm);
  const scale = limit[offsets[1]] / (norm + limit[offsets[1] + 1]);
  (operands[2] as FloatArray)[offsets[2]] = scale > 1 ? 1 : scale;
  return 0;
};

export const scaleGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const scale = (operands[1] as FloatArray)[offsets[1]];
  const out = operands[2] as FloatArray;
  const [from, , to] = offsets;
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) out[to + i] = x[from + i] * scale;
  return 0;
};

export const clipValues: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const high = (operands[1] as FloatArray)[offsets[1]];
  const out = operands[2] as FloatArray;
  const [from, , to] = offsets;
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) {
    const g = x[from + i];
    out[to + i] = g > high ? high : -high > g ? -high : g;
  }
  return 0;
};

export const adaptiveClip: Kernel = (operands, offsets, dims, begin, end) => {
  const p = operands[0] as FloatArray;
  const x = operands[1] as FloatArray;
  const limit = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const shape = shapeOf(dims);
  const ratio = limit[offsets[2]];
  const least = limit[offsets[2] + 1];
  if (shape.rows === 0) return 0; // columns may be any number then
  const last = Math.min(16 * end, shape.columns);
  for (let j = 16 * begin; j < last; j++) {
    const strip = j - (j % 16);
    const start = startOf(shape, strip) + (j - strip);
    const stride = strideOf(shape, strip);
    let ofParameter = 0;
    let ofGradient = 0;
    for (let i = 0; i < shape.rows; i++) {
      const at = start + i * stride;
      ofParameter += p[offsets[0] + at] * p[offsets[0] + at];
      ofGradient += x[offsets[1] + at] * x[offsets[1] + at];
    }
    const norm = Math.sqrt(ofParameter);
    const gradient = Math.sqrt(ofGradient);
    const most = ratio * (least > norm ? least : norm);
    const scale = most >= gradient ? 1 : fround(most / gradient);
    for (let i = 0; i < shape.rows; i++) {
      const at = start + i * stride;
      out[offsets[3] + at] = x[offsets[1] + at] * scale;
    }
  }
  return 0;
};
