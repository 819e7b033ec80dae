import { type AdamOptions, adamOptions, adamRule, formOf } from './adam.ts';
import type { CommonOptions } from './common.ts';
import { composed } from './compose.ts';
import type { Optimizer } from './optimizer.ts';

/** As those of adam, but that `amsgrad` is true by default. */
export type AmsgradOptions = AdamOptions;

/**
 * AMSGrad (Reddi, Kale, Kumar 2018, Algorithm 2): Adam that divides by the largest mean square so far; the same as
 * `adam({ amsgrad: true })`. As in PyTorch and Keras the maximum is taken before the bias correction, which the paper has not: see
 * `biasCorrection`. States: `expAvg`, `expAvgSq`, `maxExpAvgSq`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.amsgrad();
 */
export function amsgrad(options: AmsgradOptions & CommonOptions<AmsgradOptions> = {}): Optimizer {
  return composed('amsgrad', options, adamOptions, (given) =>
    adamRule('amsgrad', { ...given, amsgrad: given.amsgrad ?? true }, ...formOf('amsgrad', given)),
  );
}
