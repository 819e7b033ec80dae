/** LAMB: You et al. 2020, Algorithm 2: the direction, whose norm the trust ratio is made of. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

export const lambDirection = stepWith((h, p, gradient, m, v, direction) => {
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, meanScale, squareScale, epsilonRoot, epsilon, weightDecay] = h;
  for (let i = 0; i < p.length; i++) {
    const g = gradient[i];
    const mean = fround(fround(beta1 * m[i]) + fround(oneMinusBeta1 * g));
    const square = fround(fround(beta2 * v[i]) + fround(fround(oneMinusBeta2 * g) * g));
    m[i] = mean;
    v[i] = square;
    const root = fround(fround(Math.sqrt(fround(fround(squareScale * square) + epsilonRoot))) + epsilon);
    direction[i] = fround(fround(meanScale * mean) / root) + fround(weightDecay * p[i]);
  }
});
