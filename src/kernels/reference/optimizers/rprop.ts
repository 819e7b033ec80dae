/** Rprop: Riedmiller and Braun 1993, in the form of Igel and Hüsken 2000, Algorithm 4 (iRprop⁻), as in PyTorch. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const rprop = stepWith((h, p, g, previous, s) => {
  const [learningRate, first, etaMinus, etaPlus, stepMin, stepMax, weightDecay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const held = previous[i];
    const same = (d > 0 ? 1 : d < 0 ? -1 : d) * (held > 0 ? 1 : held < 0 ? -1 : held);
    const grown = fround((first > 0 ? learningRate : s[i]) * (same > 0 ? etaPlus : same < 0 ? etaMinus : 1));
    const below = grown > stepMax ? stepMax : grown;
    const size = stepMin > below ? stepMin : below;
    const kept = same < 0 ? 0 : d;
    s[i] = size;
    previous[i] = kept;
    const sign = kept > 0 ? 1 : kept < 0 ? -1 : kept;
    p[i] = p[i] - fround(sign * size);
  }
});
