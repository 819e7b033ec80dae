/** signSGD and Signum: Bernstein et al. 2018, Algorithms 1 and 2. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const signSgd = stepWith((h, p, g) => {
  const [learningRate, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const sign = d > 0 ? 1 : d < 0 ? -1 : d;
    p[i] = fround(decay * p[i]) - fround(learningRate * sign);
  }
});

export const signum = stepWith((h, p, g, m) => {
  const [learningRate, momentum, oneMinusMomentum, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const mean = fround(fround(momentum * m[i]) + fround(oneMinusMomentum * d));
    const sign = mean > 0 ? 1 : mean < 0 ? -1 : mean;
    m[i] = mean;
    p[i] = fround(decay * p[i]) - fround(learningRate * sign);
  }
});
