import { inRange, oneOf } from '../errors.ts';
import { blocksOf, norms } from '../plan/norms.ts';
import type { Program } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface LambOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction; default 1e-6, or 1e-7 with `convention: 'keras'`. */
  epsilon?: number;
  /** At least 0: added under the root, after its bias correction; default 0. */
  epsilonRoot?: number;
  /** At least 0, or a schedule: λ; default 0. λp is added to the direction; Keras multiplies the parameter by 1 − learningRate · λ before. */
  weightDecay?: Scheduled;
  /** `'optax'` (default), which is the paper, or `'keras'`. */
  convention?: 'optax' | 'keras';
}

const known = ['learningRate', 'beta1', 'beta2', 'epsilon', 'epsilonRoot', 'weightDecay', 'convention'] as const;

/**
 * LAMB (You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer, Hsieh 2020, Algorithm 2), in optax' form: Adam whose step has
 * the norm of the tensor times the learning rate.
 *
 * m, v as adam; r = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ) + epsilonRoot) + ε) + λp; p ← p − learningRate · (‖p‖ / ‖r‖) · r, where the ratio is 1 if either
 * norm is 0. States: `expAvg`, `expAvgSq`. Norms are those of whole tensors, biases too.
 *
 * Keras decays the parameter before the step, outside the ratio. pytorch_optimizer corrects the rate alone and caps the parameter's
 * norm at 10.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.lamb({ learningRate: 0.01, weightDecay: 0.01 });
 */
export function lamb(options: LambOptions & CommonOptions<LambOptions> = {}): Optimizer {
  return composed('lamb', options, known, rule);
}

/** Scalars of the direction, then those of the ratio. */
const DIRECTION = 9;
const RATIO = 5;

const program: Program = (steps, tensors, { column }) => {
  const hyper = steps.scalars(column, DIRECTION);
  const directions = tensors.map((tensor) => steps.changed(tensor));
  const parameters = norms(steps, tensors, 'norms', ({ parameter }) => parameter);
  steps.emit(
    'lambDirection',
    tensors.map(({ parameter, gradient, states, size }, i) => ({
      operands: [parameter, gradient, ...states, directions[i], hyper],
      dims: [size],
    })),
  );
  tensors.forEach((tensor, i) => {
    tensor.gradient = directions[i];
  });
  const updates = norms(steps, tensors, 'norms of directions', ({ gradient }) => gradient);
  const scales = tensors.map(({ name }) => steps.scratch(`scale of ${name}`, 2));
  const ratio = steps.scalars(column + DIRECTION, RATIO);
  steps.emit(
    'trustRatio',
    tensors.map((tensor, i) => ({
      operands: [parameters.each[i], updates.each[i], ratio, scales[i]],
      dims: [blocksOf(tensor), 1],
    })),
  );
  steps.emit(
    'subtractScaled',
    tensors.map(({ parameter, gradient, size }, i) => ({ operands: [parameter, gradient, scales[i]], dims: [size] })),
  );
};

function rule(given: Given<typeof known>): Optimizer {
  const convention = oneOf('lamb', 'convention', given.convention ?? 'optax', ['optax', 'keras'] as const);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('lamb', given.learningRate ?? 1e-3);
  const beta1 = inRange('lamb', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('lamb', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('lamb', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-6), 0, Number.POSITIVE_INFINITY);
  const epsilonRoot = inRange('lamb', 'epsilonRoot', given.epsilonRoot ?? 0, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('lamb', 'weightDecay', given.weightDecay ?? 0);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'lamb',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, epsilonRoot, convention },
    op: { program, width: DIRECTION + RATIO },
    states: ['expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2)),
    scalars: (step, { learningRate, weightDecay }) => {
      const decay = keras ? 1 - learningRate * weightDecay : 1;
      const direction = [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        1 / (1 - power1(step)),
        1 / (1 - power2(step)),
        epsilonRoot,
        epsilon,
        keras ? 0 : weightDecay,
      ];
      // The norm is that of the parameter as it has decayed.
      return [...direction, learningRate, 1, Math.abs(decay), 0, decay];
    },
  });
}
