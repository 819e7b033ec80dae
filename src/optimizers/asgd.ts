import { inRange } from '../errors.ts';
import { power } from '../power.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface AsgdOptions {
  /** At least 0, or a schedule; default 1e-2. */
  learningRate?: Scheduled;
  /** At least 0: λ of the decay, which also makes the rate fall; default 1e-4. */
  lambd?: number;
  /** At least 0: the power by which the rate falls; default 0.75. */
  alpha?: number;
  /** At least 0: the step after which averaging begins; default 1e6. */
  t0?: number;
  /** At least 0, or a schedule: λ of the L2 penalty, which is added to the gradient; default 0. */
  weightDecay?: Scheduled;
}

const known = ['learningRate', 'lambd', 'alpha', 't0', 'weightDecay'] as const;

/**
 * Averaged SGD (Polyak and Juditsky 1992), with the rates of Bottou 2010, as in PyTorch.
 *
 * η = learningRate / (1 + lambd · learningRate · (t − 1))^alpha; p ← (1 − lambd · η) p − ηg; ax ← ax + μ(p − ax), where μ = 1 / max(1, t − 1 − t0). State: `ax`, the
 * average, which is what to evaluate: `averaged()` of what `bind` returns gives it; models take it with `averaged: true`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.asgd();
 */
export function asgd(options: AsgdOptions & CommonOptions<AsgdOptions> = {}): Optimizer {
  return composed('asgd', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('asgd', given.learningRate ?? 1e-2);
  const lambd = inRange('asgd', 'lambd', given.lambd ?? 1e-4, 0, Number.POSITIVE_INFINITY);
  const alpha = inRange('asgd', 'alpha', given.alpha ?? 0.75, 0, Number.POSITIVE_INFINITY);
  const t0 = inRange('asgd', 't0', given.t0 ?? 1e6, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('asgd', 'weightDecay', given.weightDecay ?? 0);
  const etaAt = (rate: number, step: number): number => rate / power(1 + lambd * rate * step, alpha);
  const muAt = (step: number): number => 1 / Math.max(1, step - t0);
  const optimizer: Optimizer = createOptimizer({
    name: 'asgd',
    hyper: { learningRate, weightDecay },
    options: { lambd, alpha, t0 },
    op: 'asgd',
    states: [{ name: 'ax', initial: 0 }],
    numbers: {
      names: ['eta', 'mu'],
      at: (step) => [etaAt(optimizer.learningRateAt(Math.max(1, step)), step), muAt(step)],
    },
    averaged: { state: 'ax', weight: 1, byDefault: false },
    settledFrom: Number.POSITIVE_INFINITY,
    scalars: (step, { learningRate, weightDecay }) => {
      const eta = etaAt(learningRate, step - 1);
      return [eta, muAt(step - 1), weightDecay, 1 - lambd * eta];
    },
  });
  return optimizer;
}
