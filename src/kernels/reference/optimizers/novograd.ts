/** NovoGrad: Ginsburg et al. 2019, Algorithm 1: a step with the gradient over the mean norm of its tensor. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const novogradStep = stepWith(([norm, weightDecay, momentum, gain, learningRate], p, g, b) => {
  for (let i = 0; i < p.length; i++) {
    const d = fround(fround(g[i] / norm) + fround(weightDecay * p[i]));
    const moved = fround(fround(momentum * b[i]) + fround(gain * d));
    b[i] = moved;
    p[i] = p[i] - fround(learningRate * moved);
  }
});
