import { inRange, rangeError } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface RpropOptions {
  /** At least 0, or a schedule: the size of the first step of each element; later ones do not depend on it; default 1e-2. */
  learningRate?: Scheduled;
  /** In (0, 1): what the size is multiplied by where the gradient's sign has changed; default 0.5. */
  etaMinus?: number;
  /** Greater than 1: what the size is multiplied by where the sign is the same; default 1.2. */
  etaPlus?: number;
  /** At least 0: the smallest size; default 1e-6. */
  stepMin?: number;
  /** At least `stepMin`: the largest size; default 50. */
  stepMax?: number;
  /** At least 0, or a schedule: λ of the L2 penalty, λp is added to the gradient; default 0. */
  weightDecay?: Scheduled;
}

const known = ['learningRate', 'etaMinus', 'etaPlus', 'stepMin', 'stepMax', 'weightDecay'] as const;

/**
 * Rprop (Riedmiller and Braun 1993, in the form of Igel and Hüsken 2000, iRprop⁻), in PyTorch's form: the gradient's sign alone, with a step size
 * for each element. For full batches: the signs of small batches' gradients are mostly noise.
 *
 * s ← s · (η⁺ where g and the gradient before have one sign, η⁻ where they differ, else 1), within [stepMin, stepMax]; where they differ g ← 0;
 * p ← p − sign(g) · s. States: `prev` (the gradient before), `stepSize` (s).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.rprop({ learningRate: 0.01 });
 */
export function rprop(options: RpropOptions & CommonOptions<RpropOptions> = {}): Optimizer {
  return composed('rprop', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const infinity = Number.POSITIVE_INFINITY;
  const learningRate = learningRateOption('rprop', given.learningRate ?? 1e-2);
  const etaMinus = inRange('rprop', 'etaMinus', given.etaMinus ?? 0.5, 0, 1, '()');
  const etaPlus = inRange('rprop', 'etaPlus', given.etaPlus ?? 1.2, 1, infinity, '()');
  const stepMin = inRange('rprop', 'stepMin', given.stepMin ?? 1e-6, 0, infinity);
  const stepMax = inRange('rprop', 'stepMax', given.stepMax ?? 50, 0, infinity);
  const weightDecay = scheduledOption('rprop', 'weightDecay', given.weightDecay ?? 0);
  if (stepMin > stepMax) {
    const problem = `stepMin must not be greater than stepMax, got ${stepMin} and ${stepMax}`;
    throw rangeError('ERR_PLUMMET_OPTION', `rprop: ${problem}`);
  }
  return createOptimizer({
    name: 'rprop',
    hyper: { learningRate, weightDecay },
    options: { etaMinus, etaPlus, stepMin, stepMax },
    op: 'rprop',
    states: ['prev', 'stepSize'].map((name) => ({ name, initial: 0 })),
    settledFrom: 2,
    scalars: (step, values) => {
      const first = step === 1;
      // Later steps have no use for the learning rate.
      return [first ? values.learningRate : 0, first ? 1 : 0, etaMinus, etaPlus, stepMin, stepMax, values.weightDecay];
    },
  });
}
