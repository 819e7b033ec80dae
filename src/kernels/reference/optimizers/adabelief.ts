/** AdaBelief: Zhuang et al. 2020, Algorithm 2; with AMSGrad's maximum as in the authors' code. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adabelief = stepWith((h, p, g, m, s) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, rate, rootScale, epsilon, epsilonRoot, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const x = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * x));
    const d = fround(x - mean);
    const variance = fround(fround(fround(beta2 * s[i]) + fround(fround(oneMinusBeta2 * d) * d)) + epsilonRoot);
    m[i] = mean;
    s[i] = variance;
    const root = fround(fround(fround(Math.sqrt(variance)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});

export const adabeliefAmsgrad = stepWith((h, p, g, m, s, u) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, rate, rootScale, epsilon, epsilonRoot, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const x = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * x));
    const d = fround(x - mean);
    const variance = fround(fround(fround(beta2 * s[i]) + fround(fround(oneMinusBeta2 * d) * d)) + epsilonRoot);
    const largest = u[i] > variance ? u[i] : variance;
    m[i] = mean;
    s[i] = variance;
    u[i] = largest;
    const root = fround(fround(fround(Math.sqrt(largest)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});
