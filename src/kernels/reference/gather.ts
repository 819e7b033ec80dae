/** Rows of a dataset into a batch, in the order given, and rows of a batch into a row-major result. */
import type { FloatArray } from '../arithmetic/float32.ts';
import { BAD_ROW, type Kernel } from './kernel.ts';
import { sourceRow } from './rows.ts';

/** n rounded up to a multiple of 16. */
const pad = (n: number): number => (n + 15) & ~15;

export const gatherFloats: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const order = operands[1] as Int32Array | null;
  const out = operands[2] as FloatArray;
  const columns = dims[2] | 0;
  const ld = dims[4] | 0;
  for (let i = begin | 0; i < end; i++) {
    const row = sourceRow(order, offsets[1], dims, i);
    if (row < 0) return BAD_ROW;
    const from = (offsets[0] + row * columns) | 0;
    const to = (offsets[2] + i * ld) | 0;
    for (let j = 0; j < columns; j++) out[to + j] = x[from + j];
    out.fill(0, to + columns, to + pad(columns));
  }
  return 0;
};

export const gatherBytes: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as Uint8Array;
  const order = operands[1] as Int32Array | null;
  const table = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const columns = dims[2] | 0;
  const base = offsets[2] | 0;
  const ld = dims[4] | 0;
  for (let i = begin | 0; i < end; i++) {
    const row = sourceRow(order, offsets[1], dims, i);
    if (row < 0) return BAD_ROW;
    const from = (offsets[0] + row * columns) | 0;
    const to = (offsets[3] + i * ld) | 0;
    for (let j = 0; j < columns; j++) out[to + j] = table[base + x[from + j]];
    out.fill(0, to + columns, to + pad(columns));
  }
  return 0;
};

export const copyRows: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const out = operands[1] as FloatArray;
  const columns = dims[1] | 0;
  const first = dims[2];
  const ld = dims[3] | 0;
  for (let i = begin | 0; i < end; i++) {
    const from = (offsets[0] + i * ld) | 0;
    const to = (offsets[1] + (first + i) * columns) | 0;
    for (let j = 0; j < columns; j++) out[to + j] = x[from + j];
  }
  return 0;
};
