/** Powers of a decay rate as running products, the same in every engine: what bias corrections are made of. */
import { log } from '../math.ts';

/** From here down 1 − βᵗ is exactly 1. */
const NEGLIGIBLE = 1 / 18014398509481984; // 2⁻⁵⁴

/** Products are kept at every so many steps, so that going back costs little. */
const STRIDE = 1024;

/**
 * factor(1) · factor(2) · … rounded at each step, until 1 minus it is exactly 1 and stays it. Going on from the last t asked for costs
 * one multiplication a step.
 */
export function runningProductOf(factor: (step: number) => number): (step: number) => number {
  let at = 0;
  let product = 1;
  const marks = [1];
  return (step) => {
    if (step < at) {
      const mark = Math.floor(step / STRIDE);
      at = mark * STRIDE;
      product = marks[mark];
    }
    while (at < step && product > NEGLIGIBLE) {
      at++;
      product *= factor(at);
      if (at % STRIDE === 0) marks[at / STRIDE] = product;
    }
    return product;
  };
}

/** βᵗ for t = 1, 2 … */
export const runningProduct = (beta: number): ((step: number) => number) => runningProductOf(() => beta);

/**
 * A step from which on 1 − βᵗ is exactly 1; Infinity where that is out of reach.
 */
export function settledFrom(beta: number): number {
  if (beta === 0) return 1;
  const steps = log(NEGLIGIBLE) / log(beta);
  if (!(steps < 1e12)) return Number.POSITIVE_INFINITY;
  // The product carries an error of at most steps · 2⁻⁵³, which moves the point by that over −log β.
  return Math.ceil(steps * (1 + 1e-9) + (steps * steps) / 1e17) + 2;
}
