import { flag, inRange, rangeError } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** At least 0, or a schedule; default 1e-3, Keras's 1e-2. */
  learningRate?: Scheduled;
  /** At least 0, or a schedule; default 0: without a momentum buffer. */
  momentum?: Scheduled;
  /** In [0, 1]: what is held back of each gradient but the first; default 0. Keras has none. */
  dampening?: number;
  /** Look one step ahead; default false. Needs a momentum, and no dampening. */
  nesterov?: boolean;
  /**
   * At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2); with Keras's convention the parameter is multiplied by 1 −
   * learningRate · λ first.
   */
  weightDecay?: Scheduled;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = ['learningRate', 'momentum', 'dampening', 'nesterov', 'weightDecay', 'convention'] as const;

/**
 * Stochastic gradient descent; with momentum as in Sutskever et al. 2013, in PyTorch's form: the rate stands outside the buffer, and the first
 * buffer is the first gradient itself, undampened.
 *
 * b ← momentum · b + (1 − dampening) · g; p ← p − learningRate · b, or with nesterov p − learningRate · (g + momentum · b). State: `momentumBuffer`.
 *
 * In Keras the rate stands inside the buffer, whose sign is the other: v ← momentum · v − learningRate · g; p ← p + v, or with nesterov p +
 * momentum · v −
 * learningRate · g; state: `velocity`. The two differ where the rate changes. Keras decouples weight decay.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.sgd({ learningRate: 0.01, momentum: 0.9 });
 */
export function sgd(options: SgdOptions & CommonOptions<SgdOptions> = {}): Optimizer {
  return composed('sgd', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('sgd', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('sgd', given.learningRate ?? (keras ? 1e-2 : 1e-3));
  const momentum = scheduledOption('sgd', 'momentum', given.momentum ?? 0);
  const dampening = inRange('sgd', 'dampening', given.dampening ?? 0, 0, 1);
  const nesterov = flag('sgd', 'nesterov', given.nesterov ?? false);
  const weightDecay = scheduledOption('sgd', 'weightDecay', given.weightDecay ?? 0);
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `sgd: nesterov needs a momentum above 0 and a dampening of 0, got ${typeof momentum === 'number' ? momentum : 'a schedule'} and ${dampening}`,
    );
  }
  if (keras && dampening !== 0) {
    throw rangeError('ERR_PLUMMET_OPTION', `sgd: the convention keras has no dampening, got ${dampening}`);
  }
  const common = {
    name: 'sgd',
    hyper: { learningRate, momentum, weightDecay },
    options: { dampening, nesterov, convention },
  };
  if (momentum === 0) {
    return createOptimizer<'momentum' | 'weightDecay'>({
      ...common,
      op: 'sgd',
      states: [],
      settledFrom: 1,
      // Without momentum both kinds of weight decay are the same: p − η(g + λp) = (1 − ηλ)p − ηg.
      scalars: (_step, values) => [values.learningRate, values.weightDecay],
    });
  }
  if (keras) {
    return createOptimizer<'momentum' | 'weightDecay'>({
      ...common,
      op: nesterov ? 'sgdVelocityNesterov' : 'sgdVelocity',
      states: [{ name: 'velocity', initial: 0 }],
      settledFrom: 1,
      scalars: (_step, v) => [v.learningRate, v.momentum, 1 - v.learningRate * v.weightDecay],
    });
  }
  const buffer = (step: number, held: number) => (step === 1 ? [0, 1] : [held, 1 - dampening]);
  return createOptimizer<'momentum' | 'weightDecay'>({
    ...common,
    op: nesterov ? 'sgdNesterov' : 'sgdMomentum',
    states: [{ name: 'momentumBuffer', initial: 0 }],
    settledFrom: 2,
    scalars: nesterov
      ? (step, v) => [v.learningRate, v.weightDecay, ...buffer(step, v.momentum), v.momentum]
      : (step, v) => [v.learningRate, v.weightDecay, ...buffer(step, v.momentum)],
  });
}
