/** Lion: Chen et al. 2023, Algorithm 2. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const lion = stepWith((h, p, g, m) => {
  const [learningRate, beta1, oneMinusBeta1, beta2, oneMinusBeta2, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const c = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * g[i]));
    const sign = c > 0 ? 1 : c < 0 ? -1 : c;
    p[i] = fround(decay * p[i]) - fround(learningRate * sign);
    m[i] = fround(beta2 * m[i]) + fround(oneMinusBeta2 * g[i]);
  }
});
