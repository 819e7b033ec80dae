import { type AdamOptions, adamRule } from './adam.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { conventionOption } from './convention.ts';
import { fewBitsOptions } from './few-bits.ts';
import type { Scheduled } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface AdamwOptions extends Omit<AdamOptions, 'weightDecay' | 'decoupledWeightDecay'> {
  /** At least 0, or a schedule: λ, the parameter is multiplied by 1 − learningRate · λ before the step; default 0.01, Keras's 0.004. */
  weightDecay?: Scheduled;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'amsgrad',
  'biasCorrection',
  'convention',
  ...fewBitsOptions,
] as const;

/**
 * AdamW (Loshchilov and Hutter 2019, Algorithm 2): Adam with decoupled weight decay, in PyTorch's form.
 *
 * p ← p · (1 − learningRate · λ); then as adam: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − learningRate / (1 − β₁ᵗ) · m / (√v / √(1 −
 * β₂ᵗ) + ε).
 * States: `expAvg`, `expAvgSq`, with amsgrad also `maxExpAvgSq`; in eight bits `expAvgCodes`, `expAvgScales` and so on.
 *
 * The paper's decay goes with the schedule's factor alone, that of PyTorch, Keras and optax with the learning rate. Keras adds ε to √v before the
 * correction. Defaults of λ differ: PyTorch 0.01, Keras 0.004, optax 1e-4.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adamw({ learningRate: 1e-3, weightDecay: 0.05 });
 */
export function adamw(options: AdamwOptions & CommonOptions<AdamwOptions> = {}): Optimizer {
  return composed('adamw', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('adamw', given.convention);
  const weightDecay = convention === 'keras' ? 0.004 : 0.01;
  return adamRule('adamw', given, { convention, weightDecay, decoupled: true }, {});
}
