/** How gradients lie, and in which order their elements are gone through: the twin of native/kernels/gradient_shape.h. */
import type { FloatArray } from '../arithmetic/float32.ts';
import type { KernelOperand } from './kernel.ts';

const BLOCK_ROWS = 64;
const BLOCK_COLUMNS = 4096;
export const STRIP = 32;

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

/**
 * Goes through a block: strips of 32 columns ascending, in each the rows ascending. `visit` gets where a row of a strip lies, its
 * row, its first column and its number of columns.
 */
export function eachStrip(
  shape: Shape,
  block: number,
  visit: (at: number, i: number, j: number, count: number) => void,
): void {
  const { rows, columns } = shape;
  const across = Math.ceil(columns / BLOCK_COLUMNS);
  const firstRow = Math.floor(block / across) * BLOCK_ROWS;
  const lastRow = Math.min(firstRow + BLOCK_ROWS, rows);
  const first = (block % across) * BLOCK_COLUMNS;
  const last = Math.min(first + BLOCK_COLUMNS, columns);
  for (let j = first; j < last; j += STRIP) {
    const count = Math.min(STRIP, last - j);
    const stride = strideOf(shape, j);
    const start = startOf(shape, j);
    for (let i = firstRow; i < lastRow; i++) visit(start + i * stride, i, j, count);
  }
}

/** Partial results are float64 that lie in memory of floats: two of these each, not necessarily aligned. */
export const doublesOf = (operand: KernelOperand, offset: number): DataView => {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = operand as FloatArray;
  return new DataView(buffer, byteOffset + offset * BYTES_PER_ELEMENT);
};

export function storeDouble(partials: DataView, block: number, value: number): void {
  partials.setFloat64(8 * block, Number.isNaN(value) ? Number.NaN : value, true);
}

export function sumPartials(operand: KernelOperand, offset: number, blocks: number): number {
  const partials = doublesOf(operand, offset);
  let total = 0;
  for (let i = 0; i < blocks; i++) total += partials.getFloat64(8 * i, true);
  return total;
}

/** Joins what stands in 16 lanes: lane l takes lane l + s, for s = 8, 4, 2, 1. */
export function sumLanes(lanes: Float64Array): number {
  for (let s = 8; s > 0; s >>= 1) {
    for (let l = 0; l < s; l++) lanes[l] += lanes[l + s];
  }
  return lanes[0];
}
