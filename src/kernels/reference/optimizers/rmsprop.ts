/** RMSprop: Tieleman and Hinton 2012, lecture 6.5; centered: Graves 2013, equations 38 to 45. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const rmsprop = stepWith((h, p, g, v) => {
  const [alpha, oneMinusAlpha, rate, innerEpsilon, outerEpsilon, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const square = fround(fround(alpha * v[i]) + fround(fround(oneMinusAlpha * d) * d));
    v[i] = square;
    const root = fround(fround(Math.sqrt(fround(square + innerEpsilon))) + outerEpsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * d) / root);
  }
});

export const rmspropCentered = stepWith((h, p, g, v, a) => {
  const [alpha, oneMinusAlpha, rate, innerEpsilon, outerEpsilon, weightDecay, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const square = fround(fround(alpha * v[i]) + fround(fround(oneMinusAlpha * d) * d));
    v[i] = square;
    const mean = fround(fround(alpha * a[i]) + fround(oneMinusAlpha * d));
    a[i] = mean;
    const difference = fround(square - fround(mean * mean));
    const variance = 0 > difference ? 0 : difference;
    const root = fround(fround(Math.sqrt(fround(variance + innerEpsilon))) + outerEpsilon);
    p[i] = fround(decay * p[i]) - fround(fround(rate * d) / root);
  }
});

export const rmspropMomentum = stepWith((h, p, g, v, b) => {
  const [alpha, oneMinusAlpha, rate, innerEpsilon, outerEpsilon, weightDecay, decay, momentum, learningRate] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const square = fround(fround(alpha * v[i]) + fround(fround(oneMinusAlpha * d) * d));
    v[i] = square;
    const root = fround(fround(Math.sqrt(fround(square + innerEpsilon))) + outerEpsilon);
    const moved = fround(fround(momentum * b[i]) + fround(fround(rate * d) / root));
    b[i] = moved;
    p[i] = fround(decay * p[i]) - fround(learningRate * moved);
  }
});

export const rmspropCenteredMomentum = stepWith((h, p, g, v, a, b) => {
  const [alpha, oneMinusAlpha, rate, innerEpsilon, outerEpsilon, weightDecay, decay, momentum, learningRate] = h;
  for (let i = 0; i < p.length; i++) {
    const d = fround(g[i] + fround(weightDecay * p[i]));
    const square = fround(fround(alpha * v[i]) + fround(fround(oneMinusAlpha * d) * d));
    v[i] = square;
    const mean = fround(fround(alpha * a[i]) + fround(oneMinusAlpha * d));
    a[i] = mean;
    const difference = fround(square - fround(mean * mean));
    const variance = 0 > difference ? 0 : difference;
    const root = fround(fround(Math.sqrt(fround(variance + innerEpsilon))) + outerEpsilon);
    const moved = fround(fround(momentum * b[i]) + fround(fround(rate * d) / root));
    b[i] = moved;
    p[i] = fround(decay * p[i]) - fround(learningRate * moved);
  }
});
