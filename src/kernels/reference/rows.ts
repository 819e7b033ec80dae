/** The loop that losses and metrics share: over the rows of a batch and those rows of the dataset that belong to them. */
import type { FloatArray } from '../arithmetic/float32.ts';
import { BAD_LABEL, BAD_ROW, type Kernel } from './kernel.ts';

/** What a row is asked: its predictions `z[from … from + n)`, and where its gradient goes, from `to` on, unless it is null. */
interface Row {
  readonly z: FloatArray;
  readonly n: number;
  readonly gradient: FloatArray | null;
  /** What the op's definition calls `scale`. */
  readonly scale: number;
  readonly dims: Float64Array;
  from: number;
  to: number;
}

/** The value of a row whose label is in [0, n). */
export type LabelledRow = (row: Row, label: number) => number;
/** The value of a row whose targets are `targets[at … at + n)`. */
export type TargetedRow = (row: Row, targets: FloatArray, at: number) => number;

const unscaled = (): number => 1;

/** Operands: z, labels, order, values and, of a loss, gradient. Dims: rows, sourceRows, n, first, ld. */
export function ofLabels(value: LabelledRow, scale: (rows: number, n: number) => number = unscaled): Kernel {
  return (operands, offsets, dims, begin, end) => {
    const labels = operands[1] as Int32Array;
    const values = operands[3] as FloatArray;
    const row = firstRow(operands, dims, scale);
    for (let i = begin | 0; i < end; i++) {
      const source = sourceRow(operands[2] as Int32Array | null, offsets[2], dims, i);
      if (source < 0) return BAD_ROW;
      const label = labels[offsets[1] + source];
      if (!(label >= 0 && label < row.n)) return BAD_LABEL;
      place(row, offsets, dims, i);
      values[offsets[3] + i] = value(row, label);
    }
    return 0;
  };
}

/** The same with targets, n a row, in the place of labels. */
export function ofTargets(value: TargetedRow, scale: (rows: number, n: number) => number = unscaled): Kernel {
  return (operands, offsets, dims, begin, end) => {
    const targets = operands[1] as FloatArray;
    const values = operands[3] as FloatArray;
    const row = firstRow(operands, dims, scale);
    for (let i = begin | 0; i < end; i++) {
      const source = sourceRow(operands[2] as Int32Array | null, offsets[2], dims, i);
      if (source < 0) return BAD_ROW;
      place(row, offsets, dims, i);
      values[offsets[3] + i] = value(row, targets, (offsets[1] + source * row.n) | 0);
    }
    return 0;
  };
}

function firstRow(
  operands: Parameters<Kernel>[0],
  dims: Float64Array,
  scale: (rows: number, n: number) => number,
): Row {
  const gradient = operands.length > 4 ? (operands[4] as FloatArray | null) : null;
  return { z: operands[0] as FloatArray, n: dims[2], gradient, scale: scale(dims[0], dims[2]), dims, from: 0, to: 0 };
}

function place(row: Row, offsets: Float64Array, dims: Float64Array, i: number): void {
  row.from = (offsets[0] + i * dims[4]) | 0;
  if (row.gradient !== null) row.to = (offsets[4] + i * dims[4]) | 0;
}

/** The row of the dataset that is row i of the batch, or −1 where there is none. Dims: rows, sourceRows, …, first at 3. */
export function sourceRow(order: Int32Array | null, offset: number, dims: Float64Array, i: number): number {
  const row = order === null ? dims[3] + i : order[offset + dims[3] + i];
  return row >= 0 && row < dims[1] ? row : -1;
}
