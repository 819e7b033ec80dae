/** FTRL-Proximal: McMahan et al. 2013, Algorithm 1, with shrinkage and the power of the rate as in Keras. */
import { fround } from '../../arithmetic/float32.ts';
import { stepWith } from './step.ts';

/** xᵉ for an exponent in [0, 1], by repeated square roots, one for each binary digit of the exponent. */
function fractionPower(base: number, exponent: number): number {
  let [x, y, rest] = [base, 1, exponent];
  for (let i = 0; rest > 0 && i < 32; i++) {
    if (rest >= 1) {
      y = fround(y * x);
      rest = fround(rest - 1);
    }
    x = fround(Math.sqrt(x));
    rest = fround(rest + rest);
  }
  return y;
}

export const ftrl = stepWith((h, p, g, a, z) => {
  const [power, inverseRate, l1, ridge, shrinkage, decay] = h;
  for (let i = 0; i < p.length; i++) {
    const before = fround(decay * p[i]);
    const n = fround(a[i] + fround(g[i] * g[i]));
    const root = fractionPower(n, power);
    const sigma = fround(fround(root - fractionPower(a[i], power)) * inverseRate);
    const shrunk = fround(g[i] + fround(shrinkage * before));
    const linear = fround(z[i] + fround(shrunk - fround(sigma * before)));
    a[i] = n;
    z[i] = linear;
    const clipped = linear > l1 ? l1 : -l1 > linear ? -l1 : linear;
    const curvature = fround(fround(root * inverseRate) + ridge);
    p[i] = curvature === 0 ? 0 : fround(clipped - linear) / curvature;
  }
});
