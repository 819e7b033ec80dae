/** AdamW: Loshchilov and Hutter 2019, Algorithm 2; AMSGrad: Reddi et al. 2018, Algorithm 2, as in PyTorch's torch.optim.AdamW. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adamw = stepWith((h, p, g, m, v) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, rate, rootScale, epsilon, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = g[i];
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d));
    m[i] = mean;
    v[i] = square;
    const root = fround(fround(fround(Math.sqrt(square)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});

export const adamwAmsgrad = stepWith((h, p, g, m, v, u) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, rate, rootScale, epsilon, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = g[i];
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * d));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * d) * d));
    const largest = u[i] > square ? u[i] : square;
    m[i] = mean;
    v[i] = square;
    u[i] = largest;
    const root = fround(fround(fround(Math.sqrt(largest)) * rootScale) + epsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * mean) / root);
  }
});
