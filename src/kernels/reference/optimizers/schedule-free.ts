/** Schedule-free SGD and AdamW: Defazio et al. 2024, Algorithm 1, in the form that holds y (the parameter) and z. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const scheduleFreeSGD = stepWith((h, p, g, z) => {
  const [first, weightDecay, average, learningRate, stepRate] = h;
  for (let i = 0; i < p.length; i++) {
    const y = p[i];
    const from = first > 0 ? y : z[i];
    const d = fround(g[i] + fround(weightDecay * y));
    p[i] = fround(y + fround(average * fround(from - y))) - fround(stepRate * d);
    z[i] = from - fround(learningRate * d);
  }
});

export const scheduleFreeAdamW = stepWith((h, p, g, z, v) => {
  const [first, beta2, oneMinusBeta2, rootScale, epsilon, weightDecay, decay, average, learningRate, stepRate] = h;
  for (let i = 0; i < p.length; i++) {
    const from = first > 0 ? p[i] : z[i];
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * g[i]) * g[i]));
    const y = fround(decay * p[i]);
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    const d = fround(fround(g[i] / root) + fround(weightDecay * y));
    v[i] = square;
    p[i] = fround(y + fround(average * fround(from - y))) - fround(stepRate * d);
    z[i] = from - fround(learningRate * d);
  }
});
