import { flag, inRange } from '../errors.ts';
import { addDecay, blocksOf, norms } from '../plan/norms.ts';
import type { Program } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface LarsOptions {
  /** At least 0, or a schedule; default 0.1. */
  learningRate?: Scheduled;
  /** At least 0: the norm of a step, as part of that of its tensor, at learning rate 1; default 1e-3. */
  trustCoefficient?: number;
  /** At least 0: added to the norm of the gradient; default 0. */
  epsilon?: number;
  /** In [0, 1], or a schedule: decay of the buffer; default 0.9. */
  momentum?: Scheduled;
  /** Look ahead along the buffer; default false. */
  nesterov?: boolean;
  /** At least 0, or a schedule: λ; default 0. λp is added to the gradient, before its norm is taken. */
  weightDecay?: Scheduled;
}

const known = ['learningRate', 'trustCoefficient', 'epsilon', 'momentum', 'nesterov', 'weightDecay'] as const;

/**
 * LARS (You, Gitman, Ginsburg 2017, Algorithm 1), in optax' form: momentum over gradients that are scaled to the norm of their tensor.
 *
 * g ← g + λp; d = learningRate · (trustCoefficient · ‖p‖ / (‖g‖ + ε)) · g, where the ratio is 1 if either norm is 0; b ← momentum · b − d; p ← p + b, or
 * p + momentum · b − d with `nesterov`. State: `momentumBuffer`, which contains the rate and has the sign of the step.
 *
 * The paper divides by ‖g‖ + λ‖p‖, and so does pytorch_optimizer, which leaves vectors to plain momentum; a group with an optimizer of its
 * own (`sgd`) says that here. optax has no default rate.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.lars({ learningRate: 2, weightDecay: 1e-4 });
 */
export function lars(options: LarsOptions & CommonOptions<LarsOptions> = {}): Optimizer {
  return composed('lars', options, known, rule);
}

/** Scalars of the ratio, with those of the step behind them; then the weight decay. */
const RATIO = 6;

const programOf =
  (decays: boolean): Program =>
  (steps, tensors, { column }) => {
    if (decays) addDecay(steps, tensors, column + RATIO);
    const parameters = norms(steps, tensors, 'norms', ({ parameter }) => parameter);
    const gradients = norms(steps, tensors, 'norms of gradients', ({ gradient }) => gradient);
    const scales = tensors.map(({ name }) => steps.scratch(`scale of ${name}`, 3));
    const ratio = steps.scalars(column, RATIO);
    steps.emit(
      'trustRatio',
      tensors.map((tensor, i) => ({
        operands: [parameters.each[i], gradients.each[i], ratio, scales[i]],
        dims: [blocksOf(tensor), 2],
      })),
    );
    steps.emit(
      'larsStep',
      tensors.map(({ parameter, gradient, states, size }, i) => ({
        operands: [parameter, gradient, ...states, scales[i]],
        dims: [size],
      })),
    );
  };

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('lars', given.learningRate ?? 0.1);
  const infinite = Number.POSITIVE_INFINITY;
  const trustCoefficient = inRange('lars', 'trustCoefficient', given.trustCoefficient ?? 1e-3, 0, infinite);
  const epsilon = inRange('lars', 'epsilon', given.epsilon ?? 0, 0, infinite);
  const momentum = scheduledOption('lars', 'momentum', given.momentum ?? 0.9, 1);
  const nesterov = flag('lars', 'nesterov', given.nesterov ?? false);
  const weightDecay = scheduledOption('lars', 'weightDecay', given.weightDecay ?? 0);
  return createOptimizer({
    name: 'lars',
    hyper: { learningRate, momentum, weightDecay },
    options: { trustCoefficient, epsilon, nesterov },
    op: { program: programOf(weightDecay !== 0), width: RATIO + 1 },
    states: [{ name: 'momentumBuffer', initial: 0 }],
    settledFrom: 1,
    scalars: (_, { learningRate, momentum, weightDecay }) => [
      learningRate,
      trustCoefficient,
      1,
      epsilon,
      momentum,
      nesterov ? 1 : 0,
      weightDecay,
    ],
  });
}
