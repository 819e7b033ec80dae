import { checkOptions, flag, inRange, rangeError } from '../errors.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** At least 0, or a schedule; default 0: without a momentum buffer. */
  momentum?: Scheduled;
  /** In [0, 1]: what is held back of each gradient but the first; default 0. */
  dampening?: number;
  /** Look one step ahead; default false. Needs a momentum, and no dampening. */
  nesterov?: boolean;
  /** At least 0, or a schedule: λ of the L2 penalty, λp is added to the gradient; default 0. */
  weightDecay?: Scheduled;
}

const known = ['learningRate', 'momentum', 'dampening', 'nesterov', 'weightDecay'] as const;

/**
 * Stochastic gradient descent; with momentum as in Sutskever et al. 2013, in PyTorch's form: the rate stands outside the buffer, and the first
 * buffer is the first gradient itself, undampened.
 *
 * b ← momentum · b + (1 − dampening) · g; p ← p − learningRate · b, or with nesterov p − learningRate · (g + momentum · b). State: `momentumBuffer`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.sgd({ learningRate: 0.01, momentum: 0.9 });
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const given = checkOptions('sgd', options, known);
  const learningRate = learningRateOption('sgd', given.learningRate ?? 1e-3);
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
  const common = {
    name: 'sgd',
    hyper: { learningRate, momentum, weightDecay },
    options: { dampening, nesterov },
  };
  if (momentum === 0) {
    return createOptimizer<'momentum' | 'weightDecay'>({
      ...common,
      op: 'sgd',
      states: [],
      settledFrom: 1,
      scalars: (_step, values) => [values.learningRate, values.weightDecay],
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
