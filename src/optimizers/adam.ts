import { flag, inRange } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption } from './convention.ts';
import { type FewBitsOptions, fewBits, fewBitsOptions } from './few-bits.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface AdamOptions extends FewBitsOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction, in Keras's convention before; default 1e-8, Keras's 1e-7. */
  epsilon?: number;
  /** At least 0, or a schedule: λ of the L2 penalty, λp is added to the gradient, or decoupled; default 0. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − learningRate · λ before the step, in the place of L2: AdamW; default false, Keras's true. */
  decoupledWeightDecay?: boolean;
  /** Divide by the largest mean square so far (Reddi, Kale, Kumar 2018, the maximum taken before bias correction); default false. */
  amsgrad?: boolean;
  /** Correct both means for their beginning at 0; default true. AMSGrad was published without. */
  biasCorrection?: boolean;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

export const adamOptions = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'amsgrad',
  'biasCorrection',
  'convention',
  ...fewBitsOptions,
] as const;

/**
 * Adam (Kingma and Ba 2015, Algorithm 1), in PyTorch's form.
 *
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − learningRate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). States: `expAvg`, `expAvgSq`, with
 * amsgrad also `maxExpAvgSq`; in eight bits `expAvgCodes`, `expAvgScales` and so on.
 *
 * Keras adds ε to √v before the correction (the paper's ε̂), and decouples weight decay. optax takes AMSGrad's maximum of the corrected v, and
 * can add a second ε under the root; neither is here.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adam({ learningRate: 1e-3 });
 */
export function adam(options: AdamOptions & CommonOptions<AdamOptions> = {}): Optimizer {
  return composed('adam', options, adamOptions, rule);
}

const rule = (given: Given<typeof adamOptions>): Optimizer => adamRule('adam', given, ...formOf('adam', given));

interface Form {
  readonly convention: Convention;
  readonly weightDecay: number;
  readonly decoupled: boolean;
}

/** The form that options ask for, and the option that says so. */
export function formOf(
  who: string,
  given: { readonly convention?: unknown; readonly decoupledWeightDecay?: unknown },
): [Form, { decoupledWeightDecay: boolean }] {
  const convention = conventionOption(who, given.convention);
  const decoupledWeightDecay = flag(who, 'decoupledWeightDecay', given.decoupledWeightDecay ?? convention === 'keras');
  return [{ convention, weightDecay: 0, decoupled: decoupledWeightDecay }, { decoupledWeightDecay }];
}

/** What adam and adamw have in common. */
export function adamRule(
  who: string,
  given: { readonly [option in keyof AdamOptions]?: unknown },
  form: Form,
  own: Readonly<Record<string, boolean>>,
): Optimizer {
  const { convention, decoupled } = form;
  const keras = convention === 'keras';
  const learningRate = learningRateOption(who, given.learningRate ?? 1e-3);
  const beta1 = inRange(who, 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange(who, 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange(who, 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-8), 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption(who, 'weightDecay', given.weightDecay ?? form.weightDecay);
  const amsgrad = flag(who, 'amsgrad', given.amsgrad ?? false);
  const biasCorrection = flag(who, 'biasCorrection', given.biasCorrection ?? true);
  const power1 = biasCorrection ? runningProduct(beta1) : () => 0;
  const power2 = biasCorrection ? runningProduct(beta2) : () => 0;
  const kernel = decoupled ? 'adamw' : 'adam';
  const storage = fewBits(who, given);
  return createOptimizer({
    name: who,
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, amsgrad, biasCorrection, convention, ...own, ...storage.options },
    ...storage.of(amsgrad ? `${kernel}Amsgrad` : kernel, 8, [
      'expAvg',
      'expAvgSq',
      ...(amsgrad ? ['maxExpAvgSq'] : []),
    ]),
    settledFrom: biasCorrection ? Math.max(settledFrom(beta1), settledFrom(beta2)) : 1,
    scalars: (step, { learningRate, weightDecay }) => {
      const rate = learningRate / (1 - power1(step));
      const root = Math.sqrt(1 - power2(step));
      return [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        // ε before the correction: both sides of the fraction times its root.
        keras ? rate * root : rate,
        keras ? 1 : 1 / root,
        epsilon,
        decoupled ? 1 - learningRate * weightDecay : weightDecay,
      ];
    },
  });
}
