import type { Optimizer } from './optimizer.ts';
import { type SamOptions, sharpnessAware } from './sharpness.ts';

export type { SamOptions } from './sharpness.ts';

/**
 * Sharpness-aware minimisation (Foret, Kleiner, Mobahi, Neyshabur 2021, Algorithm 1), around any optimizer.
 *
 * e = rho · g / (‖g‖ + epsilon), where ‖g‖ is the norm of all gradients together; then the optimizer inside takes its step from p with the gradients at p + e. Each step takes
 * twice the gradients. States: those of the optimizer inside. On plain arrays `step` takes a function that returns the loss and its gradients; the loss that it returns is that at
 * p. Clipping, maximize and the like are options of the optimizer inside and change the second gradients alone. A parameter whose gradient
 * is absent at p stays where it is for the second ones.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const w = Float32Array.of(3, 1);
 * const bound = optimizers.sam({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), rho: 0.05 }).bind({ w });
 * const loss = bound.step(() => ({ loss: (w[0] * w[0] + w[1] * w[1]) / 2, gradients: { w: w.slice() } }));
 */
export function sam(options: SamOptions = {}): Optimizer {
  return sharpnessAware('sam', options, false);
}
