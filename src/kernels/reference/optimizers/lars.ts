/** LARS: You et al. 2017, Algorithm 1, as in optax: the rate is inside the momentum buffer, whose sign is that of the step. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const larsStep = stepWith(([scale, momentum, lookahead], p, g, b) => {
  for (let i = 0; i < p.length; i++) {
    const d = fround(scale * g[i]);
    const moved = fround(fround(momentum * b[i]) - d);
    b[i] = moved;
    p[i] = p[i] + (lookahead > 0 ? fround(fround(momentum * moved) - d) : moved);
  }
});
