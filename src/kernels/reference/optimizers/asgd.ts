/** Averaged SGD: Polyak and Juditsky 1992, with the rates of Bottou 2010, as in PyTorch. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const asgd = stepWith((h, p, g, ax) => {
  const [eta, mu, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const moved = fround(fround(decay * p[i]) - fround(eta * d));
    p[i] = moved;
    ax[i] = mu >= 1 ? moved : ax[i] + fround(mu * fround(moved - ax[i]));
  }
});
