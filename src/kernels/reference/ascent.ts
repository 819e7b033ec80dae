/** Ops around other optimizers, the twin of native/kernels/ascent.h. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { doublesOf } from './gradient-shape.ts';
import type { Kernel } from './kernel.ts';

export const scaleByWeight: Kernel = (operands, offsets, dims, begin, end) => {
  const p = operands[0] as FloatArray;
  const x = operands[1] as FloatArray;
  const eta = (operands[2] as FloatArray)[offsets[2]];
  const out = operands[3] as FloatArray;
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) {
    out[offsets[3] + i] = x[offsets[1] + i] * fround(Math.abs(p[offsets[0] + i]) + eta);
  }
  return 0;
};

export const ascentScale: Kernel = (operands, offsets, dims) => {
  const partials = doublesOf(operands[0], offsets[0]);
  const limit = operands[1] as FloatArray;
  let sum = 0;
  for (let i = 0; i < dims[0]; i++) sum += partials.getFloat64(8 * i, true);
  const norm = Math.sqrt(sum) + limit[offsets[1] + 1];
  (operands[2] as FloatArray)[offsets[2]] = norm === 0 ? 0 : limit[offsets[1]] / norm;
  return 0;
};

export const ascend: Kernel = (operands, offsets, dims, begin, end) => {
  const p = operands[0] as FloatArray;
  const x = operands[1] as FloatArray;
  const scale = (operands[2] as FloatArray)[offsets[2]];
  const eta = operands[3] as FloatArray | null;
  const kept = operands[4] as FloatArray;
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) {
    const at = p[offsets[0] + i];
    let step = x[offsets[1] + i];
    if (eta) step = fround(step * fround(Math.abs(at) + eta[offsets[3]]));
    kept[offsets[4] + i] = at;
    p[offsets[0] + i] = at + fround(step * scale);
  }
  return 0;
};

export const pullBack: Kernel = (operands, offsets, dims, begin, end) => {
  const fast = operands[0] as FloatArray;
  const slow = operands[1] as FloatArray | null;
  const [copies, pulls, alpha] = (operands[2] as FloatArray).subarray(offsets[2], offsets[2] + 3);
  const last = Math.min(16 * end, dims[0]);
  for (let i = 16 * begin; i < last; i++) {
    const f = offsets[0] + i;
    const s = offsets[1] + i;
    if (copies > 0) {
      if (slow) slow[s] = fast[f];
    } else if (pulls > 0) {
      const to = slow ? slow[s] + fround(alpha * fround(fast[f] - slow[s])) : 0;
      fast[f] = to;
      if (slow) slow[s] = to;
    }
  }
  return 0;
};
