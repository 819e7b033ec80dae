/** Yogi: Zaheer et al. 2018, "Adaptive methods for nonconvex optimization", Algorithm 2. */
import { type FloatArray, fround } from '../../arithmetic/float32.ts';
import type { Kernel } from '../kernel.ts';

export const yogi: Kernel = (operands, offsets, dims, begin, end) => {
  const parameter = operands[0] as FloatArray;
  const gradient = operands[1] as FloatArray;
  const expAvg = operands[2] as FloatArray;
  const expAvgSq = operands[3] as FloatArray;
  const hyper = operands[4] as FloatArray;
  const base = offsets[4];
  const beta1 = hyper[base];
  const oneMinusBeta1 = hyper[base + 1];
  const oneMinusBeta2 = hyper[base + 2];
  const rate = hyper[base + 3];
  const rootScale = hyper[base + 4];
  const epsilon = hyper[base + 5];
  const weightDecay = hyper[base + 6];
  const atP = offsets[0] | 0;
  const atG = offsets[1] | 0;
  const atM = offsets[2] | 0;
  const atV = offsets[3] | 0;
  const last = Math.min(16 * end, dims[0]);
  for (let i = (16 * begin) | 0; i < last; i++) {
    const p = parameter[atP + i];
    const g = fround(gradient[atG + i] + fround(weightDecay * p));
    const m = fround(fround(beta1 * expAvg[atM + i]) + fround(oneMinusBeta1 * g));
    const q = fround(g * g);
    const held = expAvgSq[atV + i];
    const difference = fround(held - q);
    const sign = difference > 0 ? 1 : difference < 0 ? -1 : difference;
    const v = fround(held - fround(fround(oneMinusBeta2 * sign) * q));
    expAvg[atM + i] = m;
    expAvgSq[atV + i] = v;
    const root = fround(fround(fround(Math.sqrt(v)) * rootScale) + epsilon);
    parameter[atP + i] = p - fround(fround(rate * m) / root);
  }
  return 0;
};
