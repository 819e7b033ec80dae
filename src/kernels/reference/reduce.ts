/** Sums down columns, and into totals. */
import type { FloatArray } from '../arithmetic/float32.ts';
import type { Kernel } from './kernel.ts';

export const columnSums: Kernel = (operands, offsets, dims, begin, end) => {
  const dy = operands[0] as FloatArray;
  const out = operands[1] as FloatArray;
  const rows = dims[0] | 0;
  const columns = dims[1] | 0;
  const ld = dims[2] | 0;
  const from = offsets[0] | 0;
  const to = offsets[1] | 0;
  const low = (16 * begin) | 0;
  const high = Math.min(16 * end, columns) | 0;
  out.fill(0, to + low, to + 16 * end);
  for (let i = 0; i < rows; i++) {
    for (let j = low; j < high; j++) out[to + j] = out[to + j] + dy[from + i * ld + j];
  }
  return 0;
};

export const addToTotal: Kernel = (operands, offsets, dims) => {
  const values = operands[0] as FloatArray;
  const total = operands[1] as Float64Array;
  const rows = dims[0] | 0;
  const from = offsets[0] | 0;
  let sum = total[offsets[1]];
  for (let i = 0; i < rows; i++) sum += values[from + i];
  total[offsets[1]] = sum;
  return 0;
};
