/** Yogi: Zaheer et al. 2018, "Adaptive methods for nonconvex optimization", Algorithm 2. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const yogi = stepWith((h, p, g, m, v) => {
  const [beta1, oneMinusBeta1, oneMinusBeta2, rate, rootScale, epsilon, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const q = fround(d * d);
    const difference = fround(v[i] - q);
    const sign = difference > 0 ? 1 : difference < 0 ? -1 : difference;
    const square = fround(v[i] - fround(fround(oneMinusBeta2 * sign) * q));
    m[i] = mean;
    v[i] = square;
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});
