/** Element-wise rules that are a part of a step, the twin of native/kernels/optimizers/rule.h. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const addScaled = stepWith(([scale], x, y, out) => {
  for (let i = 0; i < x.length; i++) out[i] = x[i] + fround(scale * y[i]);
});

export const subtractScaled = stepWith(([scale, decay], p, x) => {
  for (let i = 0; i < p.length; i++) p[i] = fround(decay * p[i]) - fround(scale * x[i]);
});
