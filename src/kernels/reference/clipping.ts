/** Norms of gradients and what follows from them, the twin of native/kernels/clipping.h. Sums are float64 in both. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import type { Kernel, KernelOperand } from './kernel.ts';

const BLOCK_ROWS = 64;
const BLOCK_COLUMNS = 4096;
export const STRIP = 32;

const SQUARES = 0;
const LARGEST = 2;

const pad = (n: number): number => Math.ceil(n / 16) * 16;

/** A gradient of rows × columns: row-major, or in panels as a layer's kernel is. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly panelled: boolean;
}

export function shapeOf(dims: Float64Array): Shape {
  return { rows: dims[0], columns: dims[1], width: dims[2], panelled: dims[3] === 1 };
}

/** Where column j, the first of a strip, begins, and how far its rows are apart. */
export const startOf = ({ rows, panelled }: Shape, j: number): number =>
  panelled ? Math.floor(j / STRIP) * STRIP * rows + (j % STRIP) : j;
export const strideOf = ({ columns, width, panelled }: Shape, j: number): number =>
  panelled ? Math.min(STRIP, pad(columns) - Math.floor(j / STRIP) * STRIP) : width;

const larger = (x: number, held: number): number => (x > held || Number.isNaN(x) ? x : held);

const join = (kind: number, held: number, value: number): number =>
  kind === SQUARES || kind === 1 ? held + value : larger(value, held);

const lanes = new Float64Array(16);

/** One block: strips of 32 columns ascending, in each the rows ascending; column j goes to lane j % 16. */
function blockNorm(x: FloatArray, offset: number, shape: Shape, block: number, kind: number): number {
  const { rows, columns } = shape;
  const across = Math.ceil(columns / BLOCK_COLUMNS);
  const firstRow = Math.floor(block / across) * BLOCK_ROWS;
  const lastRow = Math.min(firstRow + BLOCK_ROWS, rows);
  const first = (block % across) * BLOCK_COLUMNS;
  const last = Math.min(first + BLOCK_COLUMNS, columns);
  lanes.fill(0);
  for (let j = first; j < last; j += STRIP) {
    const count = Math.min(STRIP, last - j);
    const stride = strideOf(shape, j);
    const start = offset + startOf(shape, j);
    for (let i = firstRow; i < lastRow; i++) {
      const at = start + i * stride;
      if (kind === SQUARES) for (let c = 0; c < count; c++) lanes[c & 15] += x[at + c] * x[at + c];
      else for (let c = 0; c < count; c++) lanes[c & 15] = join(kind, lanes[c & 15], Math.abs(x[at + c]));
    }
  }
  for (let s = 8; s > 0; s >>= 1) {
    for (let l = 0; l < s; l++) lanes[l] = join(kind, lanes[l], lanes[l + s]);
  }
  return lanes[0];
}

/** Partial results are float64 that lie in memory of floats: two of these each, not necessarily aligned. */
export const doublesOf = (operand: KernelOperand, offset: number): DataView => {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = operand as FloatArray;
  return new DataView(buffer, byteOffset + offset * BYTES_PER_ELEMENT);
};

export const gradientNorm: Kernel = (operands, offsets, dims, begin, end) => {
  const shape = shapeOf(dims);
  const partials = doublesOf(operands[1], offsets[1]);
  for (let block = begin; block < end; block++) {
    const norm = blockNorm(operands[0] as FloatArray, offsets[0], shape, block, dims[4]);
    partials.setFloat64(8 * block, Number.isNaN(norm) ? Number.NaN : norm, true);
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
