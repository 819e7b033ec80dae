/** Adadelta: Zeiler 2012, Algorithm 1, with a learning rate, as in PyTorch. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const adadelta = stepWith((h, p, g, v, u) => {
  const [rho, oneMinusRho, epsilon, learningRate, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const square = fround(fround(rho * v[i]) + fround(fround(oneMinusRho * d) * d));
    v[i] = square;
    const root = fround(Math.sqrt(fround(u[i] + epsilon)));
    const change = fround(fround(root / fround(Math.sqrt(fround(square + epsilon)))) * d);
    u[i] = fround(rho * u[i]) + fround(fround(oneMinusRho * change) * change);
    p[i] = fround(decay * p[i]) - fround(learningRate * change);
  }
});
