import { flag } from '../errors.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface SignumOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1), or a schedule: decay of the mean of gradients; default 0.9. 0: signSGD, without state. */
  momentum?: Scheduled;
  /** At least 0, or a schedule: λ of the weight decay; default 0. */
  weightDecay?: Scheduled;
  /** Decay by p ← (1 − learningRate · λ) p before the step; otherwise λp is added to the gradient. Default true. */
  decoupledWeightDecay?: boolean;
}

const known = ['learningRate', 'momentum', 'weightDecay', 'decoupledWeightDecay'] as const;

/**
 * Signum (Bernstein, Wang, Azizzadenesheli, Anandkumar 2018, Algorithm 2); without momentum signSGD (Algorithm 1).
 *
 * m ← momentum · m + (1 − momentum) g; p ← p − learningRate · sign(m). State: `momentumBuffer`. sign(0) is 0.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.signum();
 */
export function signum(options: SignumOptions & CommonOptions<SignumOptions> = {}): Optimizer {
  return composed('signum', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('signum', given.learningRate ?? 1e-3);
  const momentum = scheduledOption('signum', 'momentum', given.momentum ?? 0.9, 1, '[)');
  const weightDecay = scheduledOption('signum', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('signum', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  const common = {
    name: 'signum',
    hyper: { learningRate, momentum, weightDecay },
    options: { decoupledWeightDecay },
    settledFrom: 1,
  };
  if (momentum === 0) {
    return createOptimizer<'momentum' | 'weightDecay'>({
      ...common,
      op: 'signSgd',
      states: [],
      scalars: (_step, v) => [v.learningRate, ...decays(decoupledWeightDecay, v)],
    });
  }
  return createOptimizer<'momentum' | 'weightDecay'>({
    ...common,
    op: 'signum',
    states: [{ name: 'momentumBuffer', initial: 0 }],
    scalars: (_step, v) => [v.learningRate, v.momentum, 1 - v.momentum, ...decays(decoupledWeightDecay, v)],
  });
}
