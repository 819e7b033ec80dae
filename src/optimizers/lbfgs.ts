import { checkOptions, describe, flag, inRange, positiveInteger, rangeError } from '../errors.ts';
import { lbfgsSearch } from './lbfgs-search.ts';
import { createOptimizer, learningRateOption, type Scheduled } from './make.ts';
import type { Optimizer } from './optimizer.ts';

export interface LbfgsOptions {
  /** At least 0, or a schedule that goes by steps: the length first tried, as part of the direction; default 1. */
  learningRate?: Scheduled;
  /** An integer of at least 1: iterations of one step; default 20. */
  maxIter?: number;
  /** An integer of at least 1, or null: evaluations of the loss in one step, after which none is begun; default maxIter · 1.25, rounded down. */
  maxEval?: number | null;
  /** At least 0: a step ends where no element of the gradient is larger; default 1e-7. */
  toleranceGrad?: number;
  /** At least 0: a step ends where loss, or every parameter, changes by no more; default 1e-9. */
  toleranceChange?: number;
  /** An integer of at least 1: differences of gradients that are remembered, each with the step before it; default 100. */
  historySize?: number;
  /** `strong_wolfe`: how far to go is looked for, until the strong Wolfe conditions hold; null, the default: `learningRate` alone says it. */
  lineSearchFn?: 'strong_wolfe' | null;
  /** Go up instead of down; default false. */
  maximize?: boolean;
}

const known = [
  'learningRate',
  'maxIter',
  'maxEval',
  'toleranceGrad',
  'toleranceChange',
  'historySize',
  'lineSearchFn',
  'maximize',
] as const;

const INFINITE = Number.POSITIVE_INFINITY;

function searchOption(given: unknown): 'strong_wolfe' | null {
  if (given === undefined || given === null || given === 'strong_wolfe') return given ?? null;
  throw rangeError('ERR_PLUMMET_OPTION', `lbfgs: lineSearchFn must be "strong_wolfe" or null, got ${describe(given)}`);
}

/**
 * L-BFGS (Liu and Nocedal 1989), as in PyTorch: with the strong Wolfe line search of Nocedal and Wright 2006, Algorithms 3.5 and 3.6, where wanted.
 *
 * Each step makes up to maxIter iterations: d = −H · g by the two-loop recursion over the pairs remembered; p ← p + t · d. On plain arrays `step` takes a function that returns the
 * loss and its gradients and is called for each evaluation; in `fit` a step has one batch, so a batch should be all rows: `batchSize` = rows. It is one
 * search for all parameters together: there are no groups, and no clipping. A gradient that is absent counts as 0.
 *
 * States, for each parameter: `d`, `prevFlatGrad`, `oldDirs` and `oldStps` (up to historySize times the parameter), and the numbers `t`, `prevLoss`, `nIter`, `funcEvals`, which are the
 * same for all. A loss that is not a number counts as higher than any in the line search.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const w = Float32Array.of(3, 1);
 * const bound = optimizers.lbfgs({ lineSearchFn: 'strong_wolfe' }).bind({ w });
 * const loss = bound.step(() => ({ loss: (w[0] * w[0] + w[1] * w[1]) / 2, gradients: { w: w.slice() } }));
 */
export function lbfgs(options: LbfgsOptions = {}): Optimizer {
  const who = 'lbfgs';
  const given = checkOptions(who, options, known);
  const learningRate = learningRateOption(who, given.learningRate ?? 1);
  const maxIter = positiveInteger(who, 'maxIter', given.maxIter ?? 20);
  const maxEval = given.maxEval == null ? null : positiveInteger(who, 'maxEval', given.maxEval);
  const toleranceGrad = inRange(who, 'toleranceGrad', given.toleranceGrad ?? 1e-7, 0, INFINITE);
  const toleranceChange = inRange(who, 'toleranceChange', given.toleranceChange ?? 1e-9, 0, INFINITE);
  const historySize = positiveInteger(who, 'historySize', given.historySize ?? 100);
  const lineSearchFn = searchOption(given.lineSearchFn);
  const maximize = flag(who, 'maximize', given.maximize ?? false);
  return createOptimizer({
    name: who,
    hyper: { learningRate },
    options: { maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn, maximize },
    op: { program: () => undefined, width: 0 },
    states: [],
    settledFrom: 1,
    scalars: () => [],
    search: lbfgsSearch({
      maxIter,
      maxEval: maxEval ?? Math.floor((maxIter * 5) / 4),
      toleranceGrad,
      toleranceChange,
      historySize,
      strongWolfe: lineSearchFn !== null,
      maximize,
    }),
  });
}
