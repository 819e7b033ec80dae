import { flag, inRange } from '../errors.ts';
import { exp, log } from '../math.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption, decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer } from './optimizer.ts';
import { runningProduct, runningProductOf, settledFrom } from './products.ts';

export interface NadamOptions {
  /** At least 0, or a schedule; default 2e-3, Keras's 1e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** At least 0: added to the root after its bias correction; default 1e-8, Keras's 1e-7. */
  epsilon?: number;
  /**
   * At least 0: ψ, how fast the momentum of step t, β₁ · (1 − ½ · 0.96^(tψ)), grows to β₁; default 4e-3, Keras's 1; Infinity: it is β₁ from
   * the start, as in optax.
   */
  momentumDecay?: number;
  /** At least 0, or a schedule: λ; default 0. Added to the gradient as λp (L2), or decoupled. */
  weightDecay?: Scheduled;
  /** Multiply the parameter by 1 − learningRate · λ before the step, in the place of L2; default false, Keras's true. */
  decoupledWeightDecay?: boolean;
  /** Whose form and defaults; default `torch`. */
  convention?: Convention;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'momentumDecay',
  'weightDecay',
  'decoupledWeightDecay',
  'convention',
] as const;

/** What the momentum's distance from β₁ shrinks by, to the power ψ, at each step (Dozat 2016). */
const SHRINK = 0.96;

/**
 * NAdam (Dozat 2016, Algorithm 8): Adam with Nesterov's momentum, in PyTorch's form.
 *
 * μₜ = β₁ · (1 − ½ · 0.96^(tψ)); m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − learningRate · (μₜ₊₁ · m / (1 − μ₁ ⋯ μₜ₊₁) + (1 − μₜ) · g
 * / (1 − μ₁ ⋯ μₜ))
 * / (√v / √(1 − β₂ᵗ) + ε). States: `expAvg`, `expAvgSq`; the product of the μ follows from the step.
 *
 * In Keras ψ is 1 and weight decay decoupled; optax has no schedule of the momentum.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.nadam({ learningRate: 2e-3 });
 */
export function nadam(options: NadamOptions & CommonOptions<NadamOptions> = {}): Optimizer {
  return composed('nadam', options, known, rule);
}

function rule(given: Given<typeof known>): Optimizer {
  const infinity = Number.POSITIVE_INFINITY;
  const convention = conventionOption('nadam', given.convention);
  const keras = convention === 'keras';
  const learningRate = learningRateOption('nadam', given.learningRate ?? (keras ? 1e-3 : 2e-3));
  const beta1 = inRange('nadam', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('nadam', 'beta2', given.beta2 ?? 0.999, 0, 1, '[)');
  const epsilon = inRange('nadam', 'epsilon', given.epsilon ?? (keras ? 1e-7 : 1e-8), 0, infinity);
  const psi = given.momentumDecay ?? (keras ? 1 : 4e-3);
  const momentumDecay = psi === infinity ? infinity : inRange('nadam', 'momentumDecay', psi, 0, infinity);
  const weightDecay = scheduledOption('nadam', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('nadam', 'decoupledWeightDecay', given.decoupledWeightDecay ?? keras);
  const shrink = momentumDecay === infinity ? 0 : exp(momentumDecay * log(SHRINK));
  const distance = shrink === 1 ? () => 1 : runningProduct(shrink);
  const mu = (step: number): number => beta1 * (1 - 0.5 * distance(step));
  const muProduct = runningProductOf(mu);
  const power2 = runningProduct(beta2);
  return createOptimizer({
    name: 'nadam',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, momentumDecay, decoupledWeightDecay, convention },
    op: 'nadam',
    states: ['expAvg', 'expAvgSq'].map((name) => ({ name, initial: 0 })),
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2), shrink === 1 ? 1 : settledFrom(shrink)),
    numbers: { names: ['muProduct'], at: (step) => [muProduct(step)] },
    scalars: (step, values) => {
      // In the order of steps, so that no product is asked to go back.
      const gradientRate = (values.learningRate * (1 - mu(step))) / (1 - muProduct(step));
      const meanRate = (values.learningRate * mu(step + 1)) / (1 - muProduct(step + 1));
      const rootScale = 1 / Math.sqrt(1 - power2(step));
      const decay = decays(decoupledWeightDecay, values);
      return [beta1, 1 - beta1, beta2, 1 - beta2, meanRate, gradientRate, rootScale, epsilon, ...decay];
    },
  });
}
