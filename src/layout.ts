/**
 * How tensors lie in Plummet's own memory (docs/definitions.md, "Memory"), and the way there and back. What users, files and
 * digests see is row-major.
 */
import { PANEL, pad } from './plan/ops.ts';
import type { Layout } from './plan/plan.ts';

/** How many elements a shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * The element counts of a shape seen as a matrix: the last dimension is the columns. A vector is one row.
 */
function sides(shape: readonly number[]): { rows: number; columns: number } {
  const columns = shape.length === 0 ? 1 : shape[shape.length - 1];
  const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
  return { rows, columns };
}

/** Copies a row-major tensor to `target[offset …]`. Padding is left as it is. */
export function pack(
  source: Float32Array,
  shape: readonly number[],
  layout: Layout,
  target: Float32Array,
  offset: number,
): void {
  const { rows, columns } = sides(shape);
  if (layout === 'flat') {
    target.set(source.subarray(0, rows * columns), offset);
    return;
  }
  eachRun(rows, columns, layout, (from, length, to) => {
    target.set(source.subarray(from, from + length), offset + to);
  });
}

/** Copies a tensor from `source[offset …]` to a row-major one. */
export function unpack(
  source: Float32Array,
  offset: number,
  shape: readonly number[],
  layout: Layout,
  target: Float32Array,
): void {
  const { rows, columns } = sides(shape);
  if (layout === 'flat') {
    target.set(source.subarray(offset, offset + rows * columns));
    return;
  }
  eachRun(rows, columns, layout, (to, length, from) => {
    for (let j = 0; j < length; j++) target[to + j] = source[offset + from + j];
  });
}

/** Calls `visit` for each run of neighbours: where it begins row-major, its length, and where it begins in the layout. */
function eachRun(
  rows: number,
  columns: number,
  layout: 'padded' | 'panels',
  visit: (rowMajor: number, length: number, place: number) => void,
): void {
  if (layout === 'padded') {
    for (let i = 0; i < rows; i++) visit(i * columns, columns, i * pad(columns));
    return;
  }
  for (let begin = 0; begin < columns; begin += PANEL) {
    const length = Math.min(PANEL, columns - begin);
    const width = Math.min(PANEL, pad(columns) - begin);
    for (let i = 0; i < rows; i++) visit(i * columns + begin, length, begin * rows + i * width);
  }
}
