/**
 * Prodigy: Mishchenko and Defazio 2023, Algorithm 4; Adam with D-Adaptation: Defazio and Mishchenko 2023, Algorithm 5: both as in
 * the authors' code. d, the estimated distance to the solution, is one for all tensors of a part.
 */
import { type FloatArray, fround } from '../../arithmetic/float32.ts';
import { doublesOf, eachStrip, shapeOf, storeDouble, sumLanes, sumPartials } from '../gradient-shape.ts';
import type { Kernel } from '../kernel.ts';
import { stepWith } from './step.ts';

export const distanceMoments = stepWith(([beta1, meanRate, beta2, squareRate, beta3, sumRate], gradient, m, v, s) => {
  for (let i = 0; i < m.length; i++) {
    const g = gradient[i];
    m[i] = fround(beta1 * m[i]) + fround(meanRate * g);
    v[i] = fround(beta2 * v[i]) + fround(fround(squareRate * g) * g);
    s[i] = fround(beta3 * s[i]) + fround(sumRate * g);
  }
});

export const distanceStep = stepWith(([decay, rate, epsilon, active], p, m, v) => {
  if (!(active > 0)) return;
  for (let i = 0; i < p.length; i++) {
    const step = fround(fround(rate * m[i]) / fround(fround(Math.sqrt(v[i])) + epsilon));
    p[i] = fround(decay * p[i]) - step;
  }
});

export const keepFirst: Kernel = (operands, offsets, [n], begin, end) => {
  const [parameter, kept] = operands as FloatArray[];
  const [from, to] = offsets;
  for (let unit = begin; unit < end; unit++) {
    if (!Number.isNaN(kept[to + 16 * unit])) continue;
    const last = Math.min(16 * unit + 16, n);
    for (let i = 16 * unit; i < last; i++) kept[to + i] = parameter[from + i];
  }
  return 0;
};

const PRODIGY = 0;
const lanes = new Float64Array(16);

export const productSums: Kernel = (operands, offsets, dims, begin, end) => {
  const [x, y, z, epsilons] = operands as FloatArray[];
  const [ofX, ofY, ofZ] = offsets;
  const epsilon = epsilons[offsets[3]];
  const partials = doublesOf(operands[4], offsets[4]);
  const shape = shapeOf(dims);
  for (let block = begin; block < end; block++) {
    lanes.fill(0);
    eachStrip(shape, block, (at, _i, _j, count) => {
      for (let c = 0; c < count; c++) {
        const a = y[ofY + at + c];
        const b = z[ofZ + at + c];
        const other = dims[4] === PRODIGY ? a - b : a / (Math.sqrt(b) + epsilon);
        lanes[c & 15] += x[ofX + at + c] * other;
      }
    });
    storeDouble(partials, block, sumLanes(lanes));
  }
  return 0;
};

const HYPER = 13;
const hyperFrom = (operand: unknown, offset: number): FloatArray =>
  (operand as FloatArray).subarray(offset, offset + HYPER);

export const distanceRates: Kernel = (operands, offsets, [kind]) => {
  const d = (operands[0] as FloatArray)[offsets[0]];
  const [beta1, oneMinusBeta1, beta2, oneMinusBeta2, beta3, oneMinusBeta3, rate, d0, safeguard] = hyperFrom(
    operands[1],
    offsets[1],
  );
  const out = operands[2] as FloatArray;
  const step = d * rate;
  const prodigy = kind === PRODIGY;
  // Then nothing moves at all.
  const still = prodigy && rate === 0;
  const ofSum = (d / d0) * (safeguard > 0 ? d : step);
  const moving = [
    beta1,
    (prodigy ? d : step) * oneMinusBeta1,
    beta2,
    (prodigy ? d * d : 1) * oneMinusBeta2,
    beta3,
    prodigy ? ofSum : step * oneMinusBeta3,
  ];
  out.set(still ? [1, 0, 1, 0, 1, 0] : moving, offsets[2]);
  return 0;
};

export const prodigyDistance: Kernel = (operands, offsets, [blocks]) => {
  const [distances, largest, estimates, numerators, denominators] = operands.slice(2, 7) as FloatArray[];
  const [ofD, ofMost, ofEstimate, ofNumerator, ofDenominator] = offsets.subarray(2);
  const [, , , , beta3, , rate, d0, , coefficient, growthRate, epsilon, weightDecay] = hyperFrom(
    operands[7],
    offsets[7],
  );
  const out = operands[8] as FloatArray;
  const d = distances[ofD];
  const step = d * rate;
  const denominator = sumPartials(operands[1], offsets[1], blocks);
  out.fill(0, offsets[8], offsets[8] + 4);
  if (denominator === 0 || rate === 0) return 0;
  const product = sumPartials(operands[0], offsets[0], blocks);
  const numerator = beta3 * numerators[ofNumerator] + (d / d0) * step * product;
  const estimate = (coefficient * numerator) / denominator;
  const begun = d === d0 && estimate > d ? estimate : d;
  const most = estimate > largest[ofMost] ? estimate : largest[ofMost];
  const grown = begun * growthRate;
  distances[ofD] = most > grown ? grown : most;
  largest[ofMost] = most;
  estimates[ofEstimate] = estimate;
  numerators[ofNumerator] = numerator;
  denominators[ofDenominator] = denominator;
  out.set([1 - weightDecay * step, step, distances[ofD] * epsilon, 1], offsets[8]);
  return 0;
};

export const dadaptDistance: Kernel = (operands, offsets, [blocks]) => {
  const [distances, weighted] = operands.slice(2, 4) as FloatArray[];
  const [ofD, ofWeighted] = offsets.subarray(2);
  const [, , , , beta3, oneMinusBeta3, rate, , , , growthRate, epsilon, weightDecay] = hyperFrom(
    operands[4],
    offsets[4],
  );
  const out = operands[5] as FloatArray;
  const d = distances[ofD];
  const step = d * rate;
  const sum = sumPartials(operands[1], offsets[1], blocks);
  out.fill(0, offsets[5], offsets[5] + 4);
  if (sum === 0) return 0;
  const product = sumPartials(operands[0], offsets[0], blocks);
  const numerator = beta3 * weighted[ofWeighted] + oneMinusBeta3 * (step * product);
  const estimate = numerator / (oneMinusBeta3 * sum);
  const most = d * growthRate;
  const next = most > estimate ? estimate : most;
  weighted[ofWeighted] = numerator;
  distances[ofD] = next > d ? next : d;
  out.set([1 - weightDecay * step, 1, epsilon, 1], offsets[5]);
  return 0;
};
