import type { Optimizer } from './optimizer.ts';
import { type SamOptions, sharpnessAware } from './sharpness.ts';

/** As those of sam, but that `adaptive` is true by default, and `rho` 0.5. */
export type AsamOptions = SamOptions;

/**
 * Adaptive sharpness-aware minimisation (Kwon, Kim, Park, Choi 2021, Algorithm 1), around any optimizer; the same as `sam({ adaptive: true, rho: 0.5 })`.
 *
 * As sam, with e = rho · T²g / (‖Tg‖ + epsilon), where T = |p| + eta: how far it goes up does not depend on the scale of weights. The authors leave biases out of T; here all
 * elements are in.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.asam({ optimizer: optimizers.adam(), rho: 0.5 });
 */
export function asam(options: AsamOptions = {}): Optimizer {
  return sharpnessAware('asam', options, true);
}
