import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { DISTANCE_WIDTH, distanceProgram, growthRateOption } from './distance.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer, StateSpec } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface ProdigyOptions {
  /** At least 0, or a schedule: a factor of the rate that is found; default 1. With 0 nothing moves, states neither. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** In [0, 1): decay of what the distance is estimated from; default null, which is √β₂. */
  beta3?: number | null;
  /** At least 0: times d, added to the root; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ; default 0. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − rate · λ before the step, in the place of adding λp to the gradient; default true. */
  decoupledWeightDecay?: boolean;
  /** Correct the bias of the means as Adam does; default false. */
  biasCorrection?: boolean;
  /** Leave the learning rate out of what the estimate is divided by, so that a warm-up does no harm; default false. */
  safeguardWarmup?: boolean;
  /** Greater than 0: the distance at the start; default 1e-6. */
  d0?: number;
  /** Greater than 0: a factor of the estimate; default 1. */
  dCoef?: number;
  /** At least 1: by how much the distance may grow in a step; default Infinity. */
  growthRate?: number;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'beta3',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'biasCorrection',
  'safeguardWarmup',
  'd0',
  'dCoef',
  'growthRate',
] as const;

/**
 * Prodigy (Mishchenko, Defazio 2023, Algorithm 4), in the form of the authors' prodigyopt: Adam that finds its learning rate.
 *
 * With d the distance and r = learningRate · d: N ← β₃N + (d / d₀) r ⟨g, p₀ − p⟩; m ← β₁m + (1 − β₁) d g; v ← β₂v + (1 − β₂) d²g²; s ← β₃s + (d / d₀) r g; d̂ = dCoef ·
 * N / ‖s‖₁; d ← max(d, d̂); p ← p − r · m / (√v + d ε). States: `s`, `expAvg`, `expAvgSq`, `p0`, the parameter at its first step, and, one for all parameters of
 * a group, `d`, `dMax`, `dHat`, `dNumerator`, `dDenom`. Steps are counted for all of them together, too.
 *
 * optax always corrects the bias: `biasCorrection`. With `groups`, each has a distance of its own.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.prodigy({ weightDecay: 0.01 });
 */
export function prodigy(options: ProdigyOptions & CommonOptions<ProdigyOptions> = {}): Optimizer {
  return composed('prodigy', options, known, rule);
}

/** `p0` is not a number until its parameter has had a step. */
const statesFrom = (d0: number): readonly StateSpec[] => [
  ...['s', 'expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
  { name: 'p0', initial: Number.NaN },
  ...[
    { name: 'd', initial: d0 },
    { name: 'dMax', initial: d0 },
    { name: 'dHat', initial: d0 },
    { name: 'dNumerator', initial: 0 },
    { name: 'dDenom', initial: 0 },
  ].map((spec): StateSpec => ({ ...spec, shape: () => [1], shared: true })),
];

function rule(given: Given<typeof known>): Optimizer {
  const infinite = Number.POSITIVE_INFINITY;
  const learningRate = learningRateOption('prodigy', given.learningRate ?? 1);
  const beta1 = inRange('prodigy', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('prodigy', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const beta3 = given.beta3 == null ? null : inRange('prodigy', 'beta3', given.beta3, 0, 1, '[)');
  const epsilon = inRange('prodigy', 'epsilon', given.epsilon ?? 1e-8, 0, infinite);
  const weightDecay = scheduledOption('prodigy', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('prodigy', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  const biasCorrection = flag('prodigy', 'biasCorrection', given.biasCorrection ?? false);
  const safeguardWarmup = flag('prodigy', 'safeguardWarmup', given.safeguardWarmup ?? false);
  const d0 = inRange('prodigy', 'd0', given.d0 ?? 1e-6, 0, infinite, '()');
  const dCoef = inRange('prodigy', 'dCoef', given.dCoef ?? 1, 0, infinite, '()');
  const growthRate = growthRateOption('prodigy', given.growthRate ?? infinite);
  const coupled = !decoupledWeightDecay && weightDecay !== 0;
  const decay3 = beta3 ?? Math.sqrt(beta2);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'prodigy',
    hyper: { learningRate, weightDecay },
    options: {
      beta1,
      beta2,
      beta3,
      epsilon,
      decoupledWeightDecay,
      biasCorrection,
      safeguardWarmup,
      d0,
      dCoef,
      growthRate,
    },
    op: {
      program: distanceProgram({
        kind: 'prodigy',
        estimate: 'prodigyDistance',
        shared: [4, 5, 6, 7, 8],
        first: 3,
        coupled,
      }),
      width: DISTANCE_WIDTH,
    },
    states: statesFrom(d0),
    numbers: { names: ['k'], at: (step) => [step] },
    settledFrom: biasCorrection ? Math.max(settledFrom(beta1), settledFrom(beta2)) : 1,
    scalars: (step, { learningRate, weightDecay }) => {
      const correction = biasCorrection ? Math.sqrt(1 - power2(step)) / (1 - power1(step)) : 1;
      const betas = [beta1, 1 - beta1, beta2, 1 - beta2, decay3, 1 - decay3];
      const found = [learningRate * correction, d0, safeguardWarmup ? 1 : 0, dCoef, growthRate, epsilon];
      return [...betas, ...found, decoupledWeightDecay ? weightDecay : 0, weightDecay];
    },
  });
}
