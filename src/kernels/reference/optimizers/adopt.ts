/** ADOPT: Taniguchi et al. 2024, Algorithm 2, with the clipping of the authors' code. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adopt = stepWith((h, p, g, m, v) => {
  const [learningRate, beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsilon, limit, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const root = fround(Math.sqrt(v[i]));
    const n = fround(d / (epsilon > root ? epsilon : root));
    const clipped = n > limit ? limit : -limit > n ? -limit : n;
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * clipped));
    m[i] = mean;
    p[i] = fround(decay * p[i]) - fround(learningRate * mean);
    v[i] = fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d);
  }
});
