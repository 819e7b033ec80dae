/** NAdam: Dozat 2016, Algorithm 8, with the momentum's schedule of PyTorch and Keras. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const nadam = stepWith((h, p, g, m, v) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, meanRate, gradientRate, rootScale, epsilon, weightDecay, decay] =
    h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d));
    m[i] = mean;
    v[i] = square;
    const step = fround(fround(meanRate * mean) + fround(gradientRate * d));
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(step / root);
  }
});
