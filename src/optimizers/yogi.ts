import { finite, flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface YogiOptions {
  /** At least 0, or a schedule; default 1e-2. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): how fast the second moment follows squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root; default 1e-3. */
  epsilon?: number;
  /** At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2), or decoupled. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − learningRate · λ before the step, in the place of L2; default false. */
  decoupledWeightDecay?: boolean;
  /** At least 0: what the second moment begins with; default 1e-6. */
  initialAccumulatorValue?: number;
  /** What the first moment begins with; default 0. Other libraries take `initialAccumulatorValue` here too. */
  initialMomentValue?: number;
  /** Correct both moments as Adam does; default false, as published. */
  biasCorrection?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'initialAccumulatorValue',
  'initialMomentValue',
  'biasCorrection',
] as const;

/**
 * Yogi (Zaheer, Reddi, Sachan, Kale, Kumar 2018, Algorithm 2): Adam whose second moment moves by an amount that does not depend on its own size.
 *
 * m ← β₁m + (1 − β₁)g; v ← v − (1 − β₂) sign(v − g²) g²; p ← p − learningRate · m / (√v + ε). States: `expAvg`, `expAvgSq`. Rates and ε
 * are the paper's experiments'.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.yogi({ learningRate: 0.01 });
 */
export function yogi(options: YogiOptions & CommonOptions<YogiOptions> = {}): Optimizer {
  return composed('yogi', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const infinity = Number.POSITIVE_INFINITY;
  const learningRate = learningRateOption('yogi', given.learningRate ?? 1e-2);
  const beta1 = inRange('yogi', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('yogi', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('yogi', 'epsilon', given.epsilon ?? 1e-3, 0, infinity);
  const weightDecay = scheduledOption('yogi', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('yogi', 'decoupledWeightDecay', given.decoupledWeightDecay ?? false);
  const accumulator = given.initialAccumulatorValue ?? 1e-6;
  const initialAccumulatorValue = inRange('yogi', 'initialAccumulatorValue', accumulator, 0, infinity);
  const initialMomentValue = finite('yogi', 'initialMomentValue', given.initialMomentValue ?? 0);
  const biasCorrection = flag('yogi', 'biasCorrection', given.biasCorrection ?? false);
  const power1 = biasCorrection ? runningProduct(beta1) : () => 0;
  const power2 = biasCorrection ? runningProduct(beta2) : () => 0;
  return createOptimizer({
    name: 'yogi',
    hyper: { learningRate, weightDecay },
    options: {
      beta1,
      beta2,
      epsilon,
      initialAccumulatorValue,
      initialMomentValue,
      biasCorrection,
      decoupledWeightDecay,
    },
    op: 'yogi',
    states: [
      { name: 'expAvg', initial: initialMomentValue },
      { name: 'expAvgSq', initial: initialAccumulatorValue },
    ],
    settledFrom: biasCorrection ? Math.max(settledFrom(beta1), settledFrom(beta2)) : 1,
    scalars: (step, values) => [
      beta1,
      1 - beta1,
      1 - beta2,
      values.learningRate / (1 - power1(step)),
      1 / Math.sqrt(1 - power2(step)),
      epsilon,
      ...decays(decoupledWeightDecay, values),
    ],
  });
}
