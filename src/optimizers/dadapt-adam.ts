import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { DISTANCE_WIDTH, distanceProgram, growthRateOption } from './distance.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer, StateSpec } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface DadaptAdamOptions {
  /** At least 0, or a schedule: a factor of the rate that is found; default 1. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ; default 0. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − rate · λ before the step, in the place of adding λp to the gradient; default false. */
  decoupledWeightDecay?: boolean;
  /** Correct the bias of the means as Adam does; default false. */
  biasCorrection?: boolean;
  /** Greater than 0: the distance at the start; default 1e-6. */
  d0?: number;
  /** At least 1: by how much the distance may grow in a step; default Infinity. */
  growthRate?: number;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'biasCorrection',
  'd0',
  'growthRate',
] as const;

/**
 * Adam with D-Adaptation (Defazio, Mishchenko 2023, Algorithm 5), in the form of the authors' dadaptation: Adam that finds its learning rate.
 *
 * With d the distance, r = learningRate · d and b = √β₂: N ← bN + (1 − b) r ⟨g, s / (√v + ε)⟩; m ← β₁m + (1 − β₁) r g; v ← β₂v + (1 − β₂) g²; s ← bs + (1 − b) r
 * g; d ← max(d, N / ((1 − b) ‖s‖₁)); p ← p − m / (√v + ε). States: `s`, `expAvg`, `expAvgSq`, and, one for all parameters of a group, `d`, `numeratorWeighted`. Steps
 * are counted for all of them together, too. With `groups`, each has a distance of its own.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.dadaptAdam({ d0: 1e-4 });
 */
export function dadaptAdam(options: DadaptAdamOptions & CommonOptions<DadaptAdamOptions> = {}): Optimizer {
  return composed('dadaptAdam', options, known, rule);
}

const statesFrom = (d0: number): readonly StateSpec[] => [
  ...['s', 'expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
  { name: 'd', initial: d0, shape: () => [1], shared: true },
  { name: 'numeratorWeighted', initial: 0, shape: () => [1], shared: true },
];

function rule(given: Given<typeof known>): Optimizer {
  const infinite = Number.POSITIVE_INFINITY;
  const learningRate = learningRateOption('dadaptAdam', given.learningRate ?? 1);
  const beta1 = inRange('dadaptAdam', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('dadaptAdam', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('dadaptAdam', 'epsilon', given.epsilon ?? 1e-8, 0, infinite);
  const weightDecay = scheduledOption('dadaptAdam', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('dadaptAdam', 'decoupledWeightDecay', given.decoupledWeightDecay ?? false);
  const biasCorrection = flag('dadaptAdam', 'biasCorrection', given.biasCorrection ?? false);
  const d0 = inRange('dadaptAdam', 'd0', given.d0 ?? 1e-6, 0, infinite, '()');
  const growthRate = growthRateOption('dadaptAdam', given.growthRate ?? infinite);
  const coupled = !decoupledWeightDecay && weightDecay !== 0;
  const root = Math.sqrt(beta2);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'dadaptAdam',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, decoupledWeightDecay, biasCorrection, d0, growthRate },
    op: {
      program: distanceProgram({ kind: 'dadapt', estimate: 'dadaptDistance', shared: [3, 4], first: -1, coupled }),
      width: DISTANCE_WIDTH,
    },
    states: statesFrom(d0),
    numbers: { names: ['k'], at: (step) => [step] },
    settledFrom: biasCorrection ? Math.max(settledFrom(beta1), settledFrom(beta2)) : 1,
    scalars: (step, { learningRate, weightDecay }) => {
      const correction = biasCorrection ? Math.sqrt(1 - power2(step)) / (1 - power1(step)) : 1;
      const betas = [beta1, 1 - beta1, beta2, 1 - beta2, root, 1 - root];
      const found = [learningRate * correction, d0, 0, 1, growthRate, epsilon];
      return [...betas, ...found, decoupledWeightDecay ? weightDecay : 0, weightDecay];
    },
  });
}
