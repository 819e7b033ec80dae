/** Adamax: Kingma and Ba 2015, Algorithm 2. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adamax = stepWith((h, p, g, m, u) => {
  const [beta1, oneMinusBeta1, beta2, rate, innerEpsilon, outerEpsilon, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const held = fround(beta2 * u[i]);
    const fresh = fround(Math.abs(d) + innerEpsilon);
    const largest = held > fresh ? held : fresh;
    m[i] = mean;
    u[i] = largest;
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / fround(largest + outerEpsilon));
  }
});
