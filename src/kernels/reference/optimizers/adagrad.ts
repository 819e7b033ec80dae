/** Adagrad: Duchi, Hazan and Singer 2011, the diagonal form of Figure 1. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adagrad = stepWith((h, p, g, s) => {
  const [rate, innerEpsilon, outerEpsilon, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const sum = fround(s[i] + fround(d * d));
    s[i] = sum;
    const root = fround(fround(Math.sqrt(fround(sum + innerEpsilon))) + outerEpsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * d) / root);
  }
});
