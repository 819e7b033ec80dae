import { checkOptions, flag, inRange } from '../errors.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdamOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ of the L2 penalty, λp is added to the gradient; default 0. */
  weightDecay?: Scheduled;
  /** Divide by the largest mean square so far (Reddi, Kale, Kumar 2018, the maximum taken before bias correction); default false. */
  amsgrad?: boolean;
}

const known = ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'amsgrad'] as const;

/**
 * Adam (Kingma and Ba 2015, Algorithm 1), in PyTorch's form.
 *
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − learningRate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). States: `expAvg`, `expAvgSq`, with
 * amsgrad also `maxExpAvgSq`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adam({ learningRate: 1e-3 });
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const given = checkOptions('adam', options, known);
  const learningRate = learningRateOption('adam', given.learningRate ?? 1e-3);
  const beta1 = inRange('adam', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('adam', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('adam', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('adam', 'weightDecay', given.weightDecay ?? 0);
  const amsgrad = flag('adam', 'amsgrad', given.amsgrad ?? false);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'adam',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, amsgrad },
    op: amsgrad ? 'adamAmsgrad' : 'adam',
    states: ['expAvg', 'expAvgSq', ...(amsgrad ? ['maxExpAvgSq'] : [])].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2)),
    scalars: (step, { learningRate, weightDecay }) => [
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      learningRate / (1 - power1(step)),
      1 / Math.sqrt(1 - power2(step)),
      epsilon,
      weightDecay,
    ],
  });
}
