/** Stochastic gradient descent; with momentum and Nesterov's form as in PyTorch's torch.optim.SGD (Sutskever et al. 2013); `sgdVelocity` as in Keras. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const sgd = stepWith((h, p, g) => {
  const [learningRate, weightDecay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    p[i] = p[i] - fround(learningRate * d);
  }
});

export const sgdMomentum = stepWith((h, p, g, b) => {
  const [learningRate, weightDecay, momentum, oneMinusDampening] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const moved = fround(fround(momentum * b[i]) + fround(oneMinusDampening * d));
    b[i] = moved;
    p[i] = p[i] - fround(learningRate * moved);
  }
});

export const sgdNesterov = stepWith((h, p, g, b) => {
  const [learningRate, weightDecay, momentum, oneMinusDampening, lookahead] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const moved = fround(fround(momentum * b[i]) + fround(oneMinusDampening * d));
    b[i] = moved;
    p[i] = p[i] - fround(learningRate * fround(d + fround(lookahead * moved)));
  }
});

export const sgdVelocity = stepWith((h, p, g, b) => {
  const [learningRate, momentum, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const moved = fround(fround(momentum * b[i]) - fround(learningRate * g[i]));
    b[i] = moved;
    p[i] = fround(decay * p[i]) + moved;
  }
});

export const sgdVelocityNesterov = stepWith((h, p, g, b) => {
  const [learningRate, momentum, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const step = fround(learningRate * g[i]);
    const moved = fround(fround(momentum * b[i]) - step);
    b[i] = moved;
    p[i] = fround(decay * p[i]) + fround(fround(momentum * moved) - step);
  }
});
