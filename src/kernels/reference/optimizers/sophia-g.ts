/** Sophia-G: Liu et al. 2023, Algorithm 3, as in the authors' code. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const sophiaG = stepWith((h, p, g, m, s) => {
  const [estimate, beta1, oneMinusBeta1, beta2, oneMinusBeta2, learningRate, scale, epsilon, decay] = h;
  for (let i = 0; i < p.length; i++) {
    if (estimate > 0) {
      s[i] = fround(beta2 * s[i]) + fround(fround(oneMinusBeta2 * g[i]) * g[i]);
      continue;
    }
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * g[i]));
    const sign = mean > 0 ? 1 : mean < 0 ? -1 : mean;
    const ratio = fround(Math.abs(mean) / fround(fround(scale * s[i]) + epsilon));
    m[i] = mean;
    p[i] = fround(decay * p[i]) - fround(fround(learningRate * sign) * (ratio < 1 ? ratio : 1));
  }
});
