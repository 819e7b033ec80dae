/** RAdam: Liu et al. 2020, Algorithm 2. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const radam = stepWith((h, p, g, m, v) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, rate, rootScale, epsilon, rectified, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d));
    m[i] = mean;
    v[i] = square;
    const root = rectified > 0 ? fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon) : 1;
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});
