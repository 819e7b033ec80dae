/** Scalars that follow from norms of tensors, the twin of native/kernels/optimizers/trust.h: in float64, rounded once. */
import type { FloatArray } from '../../arithmetic/float32.ts';
import { sumPartials } from '../gradient-shape.ts';
import type { Kernel } from '../kernel.ts';

export const trustRatio: Kernel = (operands, offsets, [blocks, rest]) => {
  const hyper = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const [, , from, to] = offsets;
  const parameter = Math.sqrt(sumPartials(operands[0], offsets[0], blocks)) * hyper[from + 2];
  const norm = Math.sqrt(sumPartials(operands[1], offsets[1], blocks));
  const ratio = (hyper[from + 1] * parameter) / (norm + hyper[from + 3]);
  out[to] = hyper[from] * (parameter === 0 || norm === 0 ? 1 : ratio);
  for (let i = 0; i < rest; i++) out[to + 1 + i] = hyper[from + 4 + i];
  return 0;
};

export const normAverage: Kernel = (operands, offsets, [blocks, rest]) => {
  const average = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const out = operands[3] as FloatArray;
  const [, own, from, to] = offsets;
  const square = sumPartials(operands[0], offsets[0], blocks);
  average[own] = hyper[from] * average[own] + hyper[from + 1] * square;
  out[to] = Math.sqrt(average[own]) + hyper[from + 2];
  for (let i = 0; i < rest; i++) out[to + 1 + i] = hyper[from + 3 + i];
  return 0;
};
