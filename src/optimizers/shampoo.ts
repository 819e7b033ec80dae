import { flag, inRange, positiveInteger } from '../errors.ts';
import { countOf } from '../layout.ts';
import { layoutDims, type Steps, shapeOf, type Updated } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { decays } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import {
  type Axis,
  axesOf,
  checkAxes,
  eachTensor,
  gram,
  multiplyAll,
  once,
  roomForRoots,
  rowMajor,
  squareStates,
  stateNamed,
} from './matrices.ts';
import type { Optimizer, Part } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface ShampooOptions {
  /** At least 0, or a schedule; default 0.01. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; 0 is the paper's; default 0.9. */
  beta1?: number;
  /** In [0, 1]: decay of the factors; 1 sums them up, as the paper does; default 1. */
  beta2?: number;
  /** At least 0: added to the eigenvalues of the factors; default 1e-12. */
  epsilon?: number;
  /** At least 0, or a schedule: λ; default 0. */
  weightDecay?: Scheduled;
  /** Whether decay is p ← (1 − learningRate · λ) p before the step, or λp added to the gradient; default true. */
  decoupledWeightDecay?: boolean;
  /** At least 1: roots are taken in the first step and every so many steps from there on; default 1. */
  preconditionFrequency?: number;
  /** At least 1: axes that are longer have no factor; default 1024. */
  maxPreconditionDim?: number;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decoupledWeightDecay',
  'preconditionFrequency',
  'maxPreconditionDim',
] as const;

/** Where the scalars of each op stand. */
const columns = { moment: 0, blend: 5, root: 8, step: 11 } as const;
const WIDTH = 13;

/**
 * Shampoo (Gupta, Koren, Singer 2018, Algorithms 1 and 2), with the mean of gradients, the average of factors and the corrections of both of Shi et al.
 * 2023, without grafting.
 *
 * For each axis i of the tensor, G⁽ⁱ⁾ being the gradient as a matrix with that axis as its rows: Lᵢ ← β₂Lᵢ + (1 − β₂) G⁽ⁱ⁾G⁽ⁱ⁾ᵀ (with β₂ = 1: Lᵢ + G⁽ⁱ⁾G⁽ⁱ⁾ᵀ). m ← β₁m + (1
 * − β₁)g; p ← p − learningRate · m̂ times (L̂ᵢ + ε)^(−1 / 2k) along each axis; k is the number of axes, also where some have no factor. A vector has one axis, and so the
 * exponent −1/2; tensors have at most eight axes. States: `expAvg`; `preconditioner0`, `preconditioner1` … and `inverseRoot0` … for axes of at most `maxPreconditionDim`.
 *
 * Roots are computed from eigenvalues in float64; negative ones, which rounding can leave, count as 0. A root costs some 10 n³ operations on one thread: let
 * `preconditionFrequency` be 10 to 100 where axes are longer than a hundred. An array that is bound without a shape is a vector.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range; `ERR_PLUMMET_SHAPE` where a tensor of more than eight axes is bound.
 * @example
 * const optimizer = optimizers.shampoo({ learningRate: 0.05, epsilon: 1e-6, preconditionFrequency: 20 });
 */
export function shampoo(options: ShampooOptions & CommonOptions<ShampooOptions> = {}): Optimizer {
  return composed('shampoo', options, known, rule);
}

/** The step of one tensor; `most`: the longest axis that has a factor. */
function precondition(steps: Steps, tensor: Updated, part: Part, most: number): void {
  const { name, shape, parameter, gradient } = tensor;
  const axes = axesOf(shape);
  const chosen = axes.filter(({ size }) => size <= most);
  const count = countOf(shape);
  const at = (column: number, width: number) => steps.scalars(part.column + column, width);
  const copy = steps.scratch(`copy of ∂${name}`, count);
  const mean = stateNamed(tensor, 'expAvg');
  const layout = layoutDims(tensor, shapeOf(tensor));
  once(steps, 'matrixMoment', [parameter, gradient, mean, copy, at(columns.moment, 5)], layout);
  const longest = Math.max(0, ...chosen.map(({ size }) => size));
  const product = steps.scratch(`gram of ∂${name}`, longest * longest);
  const room = roomForRoots(steps, name, longest);
  const factors = chosen.map((axis: Axis) => {
    const { index, size } = axis;
    const factor = stateNamed(tensor, `preconditioner${index}`);
    const root = stateNamed(tensor, `inverseRoot${index}`);
    gram(steps, copy, axis, product);
    once(steps, 'blendSquare', [factor, product, at(columns.blend, 3)], [size]);
    once(steps, 'inverseRoot', [factor, root, room, at(columns.root, 3)], [size, axes.length]);
    return { axis, matrix: root };
  });
  const direction = multiplyAll(steps, mean, factors, false, [copy, steps.scratch(`direction of ∂${name}`, count)]);
  once(steps, 'matrixStep', [parameter, direction, at(columns.step, 2)], [...layout, 0]);
}

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('shampoo', given.learningRate ?? 0.01);
  const beta1 = inRange('shampoo', 'beta1', given.beta1 ?? 0.9, 0, 1, '[)');
  const beta2 = inRange('shampoo', 'beta2', given.beta2 ?? 1, 0, 1);
  const epsilon = inRange('shampoo', 'epsilon', given.epsilon ?? 1e-12, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('shampoo', 'weightDecay', given.weightDecay ?? 0);
  const decoupledWeightDecay = flag('shampoo', 'decoupledWeightDecay', given.decoupledWeightDecay ?? true);
  const preconditionFrequency = positiveInteger('shampoo', 'preconditionFrequency', given.preconditionFrequency ?? 1);
  const maxPreconditionDim = positiveInteger('shampoo', 'maxPreconditionDim', given.maxPreconditionDim ?? 1024);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  const sums = beta2 === 1;
  const settled = Math.max(settledFrom(beta1), sums ? 1 : settledFrom(beta2));
  const chosen = ({ size }: Axis) => size <= maxPreconditionDim;
  return createOptimizer({
    name: 'shampoo',
    hyper: { learningRate, weightDecay },
    options: { beta1, beta2, epsilon, decoupledWeightDecay, preconditionFrequency, maxPreconditionDim },
    op: {
      program: eachTensor((steps, tensor, part) => precondition(steps, tensor, part, maxPreconditionDim)),
      width: WIDTH,
    },
    states: [rowMajor('expAvg'), ...squareStates('preconditioner', chosen), ...squareStates('inverseRoot', chosen)],
    check: (name, shape) => checkAxes('shampoo', name, shape),
    settledFrom: preconditionFrequency === 1 ? settled : Number.POSITIVE_INFINITY,
    scalars(step, values) {
      const [coupled, decay] = decays(decoupledWeightDecay, values);
      const active = (step - 1) % preconditionFrequency === 0 ? 1 : 0;
      return [
        ...[coupled, beta1, 1 - beta1, 1, 0],
        ...[beta2, sums ? 1 : 1 - beta2, 0],
        ...[active, sums ? 1 : 1 - power2(step), epsilon],
        ...[values.learningRate / (1 - power1(step)), decay],
      ];
    },
  });
}
