/** AdEMAMix: Pagliardini, Ablin and Grangier 2024, Algorithm 1. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const ademamix = stepWith((h, p, g, m, v, slow) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, beta3, oneMinusBeta3] = h;
  const [rate, slowRate, rootScale, epsilon, weightDecay, decay] = h.subarray(6);
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d));
    const slowMean = fround(fround(beta3 * slow[i]) + fround(oneMinusBeta3 * d));
    m[i] = mean;
    v[i] = square;
    slow[i] = slowMean;
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(fround(rate * mean) + fround(slowRate * slowMean)) / root);
  }
});
