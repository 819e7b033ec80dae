/** Adan: Xie et al. 2022, Algorithm 1, as in the authors' code: the betas are the complements of the paper's. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adan = stepWith((h, p, g, m, v, d, n) => {
  const [first, beta1, oneMinusBeta1, beta2, oneMinusBeta2, beta3, oneMinusBeta3] = h;
  const [rate, differenceRate, rootScale, epsilon, decay, proximal] = h.subarray(7);
  for (let i = 0; i < p.length; i++) {
    const x = g[i];
    const difference = fround(x + (first > 0 ? -x : n[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * x));
    const meanDifference = fround(fround(beta2 * d[i]) + fround(oneMinusBeta2 * difference));
    const u = fround(x + fround(beta2 * difference));
    const square = fround(fround(beta3 * v[i]) + fround(fround(oneMinusBeta3 * u) * u));
    m[i] = mean;
    d[i] = meanDifference;
    v[i] = square;
    n[i] = -x;
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    const step = fround(fround(fround(rate * mean) + fround(differenceRate * meanDifference)) / root);
    p[i] = fround(fround(decay * p[i]) - step) * proximal;
  }
});
