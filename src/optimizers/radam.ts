import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface RadamOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root before its bias correction; default 1e-8. */
  epsilon?: number;
  /** Add ε after the correction, as optax does; default false. */
  correctedEpsilon?: boolean;
  /** At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2), or decoupled. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − learningRate · λ before the step, in the place of L2; default false. */
  decoupledWeightDecay?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'correctedEpsilon',
  'weightDecay',
  'decoupledWeightDecay',
] as const;

/** Up to this length of its moving average a second moment is not taken for an estimate. */
const TRUSTED = 5;

/**
 * RAdam (Liu et al. 2020, Algorithm 2): Adam that does without the second moment until its variance can be rectified, in PyTorch's form.
 *
 * m, v as adam; ρ∞ = 2 / (1 − β₂) − 1; ρₜ = ρ∞ − 2tβ₂ᵗ / (1 − β₂ᵗ). Where ρₜ > 5: p ← p − learningRate · r / (1 − β₁ᵗ) · m · √(1 − β₂ᵗ) / (√v
 * + ε) with
 * r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ); else p ← p − learningRate / (1 − β₁ᵗ) · m. States: `expAvg`, `expAvgSq`.
 *
 * The paper begins at ρₜ > 4; PyTorch and optax at ρₜ > 5, as the authors' program does. optax adds ε after the correction: `correctedEpsilon`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.radam({ learningRate: 1e-3 });
 */
export function radam(options: RadamOptions & CommonOptions<RadamOptions> = {}): Optimizer {
  return composed('radam', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('radam', given.learningRate ?? 1e-3);
  const beta1 = inRange('radam', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('radam', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('radam', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const correctedEpsilon = flag('radam', 'correctedEpsilon', given.correctedEpsilon ?? false);
  const weightDecay = scheduledOption('radam', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('radam', 'decoupledWeightDecay', given.decoupledWeightDecay ?? false);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  const most = 2 / (1 - beta2) - 1;
  return createOptimizer({
    name: 'radam',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, correctedEpsilon, decoupledWeightDecay },
    op: 'radam',
    states: ['expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2)),
    scalars: (step, values) => {
      const plain = values.learningRate / (1 - power1(step));
      const power = power2(step);
      const correction = 1 - power;
      // Once the correction is 1, the power is no more kept.
      const length = correction === 1 ? most : most - (2 * step * power) / correction;
      const rectified = length > TRUSTED;
      const root = Math.sqrt(correction);
      const r = Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length));
      const rate = rectified ? plain * r * (correctedEpsilon ? 1 : root) : plain;
      const rootScale = correctedEpsilon ? 1 / root : 1;
      const decay = decays(decoupledWeightDecay, values);
      return [beta1, 1 - beta1, beta2, 1 - beta2, rate, rootScale, epsilon, rectified ? 1 : 0, ...decay];
    },
  });
}
