import { flag, inRange } from '../errors.ts';
import { blocksOf, norms } from '../plan/norms.ts';
import type { Program } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface NovogradOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the buffer; default 0.95. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared norms; default 0.98. */
  beta2?: number;
  /** At least 0: added to the root of the mean squared norm; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ; default 0. λp is added to the normalised gradient, before momentum. */
  weightDecay?: Scheduled;
  /** Weight what joins the buffer by 1 − β₁, from the second step on; default false. */
  gradAveraging?: boolean;
}

const known = ['learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay', 'gradAveraging'] as const;

/**
 * NovoGrad (Ginsburg, Castonguay, Hrinchuk, Kuchaiev, Lavrukhin, Leary, Li, Nguyen, Zhang, Cohen 2019, Algorithm 1), in
 * pytorch_optimizer's form: momentum over gradients that are divided by the mean norm of their tensor.
 *
 * v ← β₂v + (1 − β₂)‖g‖², at first v = ‖g‖²; d = g / (√v + ε) + λp; b ← β₁b + d (or (1 − β₁)d with `gradAveraging`), at first b = d; p ← p − learningRate · b.
 * States: `squaredNormAvg`, one number a tensor, and `momentumBuffer`. optax has the defaults β₁ = 0.9, β₂ = 0.25, ε = 1e-6.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.novograd({ learningRate: 0.01, beta2: 0.5 });
 */
export function novograd(options: NovogradOptions & CommonOptions<NovogradOptions> = {}): Optimizer {
  return composed('novograd', options, known, rule);
}

/** Scalars of the mean norm, with those of the step behind them. */
const WIDTH = 7;

const program: Program = (steps, tensors, { column }) => {
  const squares = norms(steps, tensors, 'norms of gradients', ({ gradient }) => gradient);
  const scalars = tensors.map(({ name }) => steps.scratch(`norm of ${name}`, 5));
  const hyper = steps.scalars(column, WIDTH);
  steps.emit(
    'normAverage',
    tensors.map((tensor, i) => ({
      operands: [squares.each[i], tensor.states[0], hyper, scalars[i]],
      dims: [blocksOf(tensor), 4],
    })),
  );
  steps.emit(
    'novogradStep',
    tensors.map(({ parameter, gradient, states, size }, i) => ({
      operands: [parameter, gradient, states[1], scalars[i]],
      dims: [size],
    })),
  );
};

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('novograd', given.learningRate ?? 1e-3);
  const beta1 = inRange('novograd', 'beta1', given.beta1 ?? 0.95, 0, 1, '[)');
  const beta2 = inRange('novograd', 'beta2', given.beta2 ?? 0.98, 0, 1, '[)');
  const epsilon = inRange('novograd', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('novograd', 'weightDecay', given.weightDecay ?? 0);
  const gradAveraging = flag('novograd', 'gradAveraging', given.gradAveraging ?? false);
  return createOptimizer({
    name: 'novograd',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, gradAveraging },
    op: { program, width: WIDTH },
    states: [
      { name: 'squaredNormAvg', initial: 0, shape: () => [1] },
      { name: 'momentumBuffer', initial: 0 },
    ],
    settledFrom: 2,
    scalars: (step, { learningRate, weightDecay }) => [
      ...(step === 1 ? [0, 1] : [beta2, 1 - beta2]),
      epsilon,
      weightDecay,
      beta1,
      gradAveraging && step > 1 ? 1 - beta1 : 1,
      learningRate,
    ],
  });
}
