import { flag, inRange, positiveInteger } from '../errors.ts';
import { countOf } from '../layout.ts';
import { layoutDims, type Steps, shapeOf, type Updated } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import {
  type Axis,
  axesOf,
  checkAxes,
  eachTensor,
  gram,
  multiplyAll,
  normalize,
  once,
  roomForRoots,
  rowMajor,
  squareStates,
  stateNamed,
} from './matrices.ts';
import type { Optimizer, Part } from './optimizer.ts';
import { runningProduct } from './products.ts';

export interface SoapOptions {
  /** At least 0, or a schedule; default 3e-3. */
  learningRate?: Scheduled;
  /** In [0, 1): decay of the mean of gradients; default 0.95. */
  beta1?: number;
  /** In [0, 1): decay of the mean of squares; default 0.95. */
  beta2?: number;
  /** In [0, 1): decay of the factors; null: beta2; default null. */
  shampooBeta?: number | null;
  /** At least 0: added to the root of the mean of squares; default 1e-8. */
  epsilon?: number;
  /** At least 0, or a schedule: λ, decoupled: p ← (1 − learningRate · λ) p after the step; default 0.01. */
  weightDecay?: Scheduled;
  /** At least 1: the bases are renewed after every so many steps; default 10. */
  preconditionFrequency?: number;
  /** At least 1: axes that are longer have no basis; default 10000. */
  maxPreconditionDim?: number;
  /** Whether vectors have a basis; default false: they are updated as by Adam. */
  precondition1d?: boolean;
  /** Whether each tensor's step is divided by its root mean square + epsilon; default false. */
  normalizeGradient?: boolean;
  /** Whether Adam's means are corrected for beginning with 0; default true. */
  correctBias?: boolean;
}

const known = [
  'learningRate',
  'beta1',
  'beta2',
  'shampooBeta',
  'epsilon',
  'weightDecay',
  'preconditionFrequency',
  'maxPreconditionDim',
  'precondition1d',
  'normalizeGradient',
  'correctBias',
] as const;

/** Where the scalars of each op stand. */
const columns = { moment: 0, one: 5, direction: 6, norm: 10, step: 12, blend: 14, mode: 17 } as const;
const WIDTH = 18;

/**
 * SOAP (Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson, Kakade 2024, Algorithm 3), as in the authors' code: Adam in the eigenbasis of Shampoo's
 * factors.
 *
 * For each axis i of the tensor, with the gradient as a matrix G⁽ⁱ⁾ whose rows are that axis: a factor Lᵢ and an orthonormal basis Qᵢ. m ← β₁m + (1 − β₁)g; g' and m' are g and m, v is the mean of
 * squares, in those bases: v ← β₂v + (1 − β₂)g'²; u = m' / (√v + ε), turned back; p ← (p − learningRate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · u)(1 − learningRate · λ); then Lᵢ ← βLᵢ + (1 − β)
 * G⁽ⁱ⁾G⁽ⁱ⁾ᵀ, and after every `preconditionFrequency` steps Qᵢ is renewed: one power iteration and a QR decomposition, its columns ordered by their eigenvalues, and v with them. The first step moves
 * nothing: it begins the factors and takes their eigenvectors; t does not count it. States: `expAvg`, `expAvgSq`; for axes of at most `maxPreconditionDim` also `preconditioner0`, `preconditioner1` … and `basis0` …, whose columns
 * are determined up to their signs.
 *
 * Tensors have at most eight axes. Renewing costs some 6 n³ operations in float64 on one thread for an axis of n. An array that is bound without a shape is a vector.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range; `ERR_PLUMMET_SHAPE` where a tensor of more than eight axes is bound.
 * @example
 * const optimizer = optimizers.soap({ learningRate: 3e-3, preconditionFrequency: 20, maxPreconditionDim: 2048 });
 */
export function soap(options: SoapOptions & CommonOptions<SoapOptions> = {}): Optimizer {
  return composed('soap', options, known, rule);
}

interface Form {
  readonly chosen: (axis: Axis, shape: readonly number[]) => boolean;
  readonly normalizeGradient: boolean;
}

/** The step of one tensor. */
function rotated(steps: Steps, tensor: Updated, part: Part, { chosen, normalizeGradient }: Form): void {
  const { name, shape, parameter, gradient } = tensor;
  const axes = axesOf(shape).filter((axis) => chosen(axis, shape));
  const count = countOf(shape);
  const at = (column: number, width: number) => steps.scalars(part.column + column, width);
  const room = (label: string, floats: number) => steps.scratch(`${label} of ∂${name}`, floats);
  const copy = room('copy', count);
  const mean = stateNamed(tensor, 'expAvg');
  const squares = stateNamed(tensor, 'expAvgSq');
  const bases = axes.map((axis) => ({ axis, matrix: stateNamed(tensor, `basis${axis.index}`) }));
  const layout = layoutDims(tensor, shapeOf(tensor));
  once(steps, 'matrixMoment', [parameter, gradient, mean, copy, at(columns.moment, 5)], layout);

  const direction = room('direction', count);
  const rooms = [room('turned', count), room('turned too', count)] as const;
  if (axes.length === 0) once(steps, 'scaleGradient', [mean, at(columns.one, 1), direction], [count]);
  else multiplyAll(steps, mean, bases, true, axes.length % 2 === 1 ? [direction, rooms[0]] : [rooms[0], direction]);
  const inside = multiplyAll(steps, copy, bases, true, rooms);
  once(steps, 'soapDirection', [direction, inside, squares, at(columns.direction, 4)], [count]);
  const update = multiplyAll(steps, direction, bases, false, rooms);
  if (normalizeGradient) normalize(steps, update, shapeOf(tensor), at(columns.norm, 2), true);
  once(steps, 'matrixStep', [parameter, update, at(columns.step, 2)], [...layout, 0]);

  const longest = Math.max(0, ...axes.map(({ size }) => size));
  const product = room('gram', longest * longest);
  const order = room('order', longest);
  const doubles = roomForRoots(steps, name, longest);
  for (const { axis, matrix } of bases) {
    const { index, before, size, after } = axis;
    const factor = stateNamed(tensor, `preconditioner${index}`);
    gram(steps, copy, axis, product);
    once(steps, 'blendSquare', [factor, product, at(columns.blend, 3)], [size]);
    once(steps, 'eigenbasis', [factor, matrix, order, doubles, at(columns.mode, 1)], [size]);
    once(steps, 'reorder', [squares, order, rooms[0], at(columns.mode, 1)], [before, size, after]);
  }
}

function rule(given: Given<typeof known>): Optimizer {
  const portion = (name: 'beta1' | 'beta2' | 'shampooBeta', value: number) =>
    inRange('soap', name, given[name] ?? value, 0, 1, '[)');
  const positive = (name: 'preconditionFrequency' | 'maxPreconditionDim', value: number) =>
    positiveInteger('soap', name, given[name] ?? value);
  const choice = (name: 'precondition1d' | 'normalizeGradient' | 'correctBias', value: boolean) =>
    flag('soap', name, given[name] ?? value);
  const learningRate = learningRateOption('soap', given.learningRate ?? 3e-3);
  const beta1 = portion('beta1', 0.95);
  const beta2 = portion('beta2', 0.95);
  const shampooBeta = (given.shampooBeta ?? null) === null ? null : portion('shampooBeta', beta2);
  const epsilon = inRange('soap', 'epsilon', given.epsilon ?? 1e-8, 0, Number.POSITIVE_INFINITY);
  const weightDecay = scheduledOption('soap', 'weightDecay', given.weightDecay ?? 0.01);
  const preconditionFrequency = positive('preconditionFrequency', 10);
  const maxPreconditionDim = positive('maxPreconditionDim', 10000);
  const precondition1d = choice('precondition1d', false);
  const normalizeGradient = choice('normalizeGradient', false);
  const correctBias = choice('correctBias', true);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);
  const beta = shampooBeta ?? beta2;
  const chosen: Form['chosen'] = ({ size }, { length }) => size <= maxPreconditionDim && (length > 1 || precondition1d);
  const form = { chosen, normalizeGradient };
  return createOptimizer({
    name: 'soap',
    hyper: { learningRate, weightDecay },
    options: {
      beta1,
      beta2,
      shampooBeta,
      epsilon,
      preconditionFrequency,
      maxPreconditionDim,
      precondition1d,
      normalizeGradient,
      correctBias,
    },
    op: { program: eachTensor((steps, tensor, part) => rotated(steps, tensor, part, form)), width: WIDTH },
    states: [
      rowMajor('expAvg'),
      rowMajor('expAvgSq'),
      ...squareStates('preconditioner', chosen),
      ...squareStates('basis', chosen),
    ],
    check: (name, shape) => checkAxes('soap', name, shape),
    settledFrom: Number.POSITIVE_INFINITY,
    scalars(step, { learningRate, weightDecay }) {
      const first = step === 1;
      const t = step - 1;
      const decay = 1 - learningRate * weightDecay;
      const correction = correctBias && !first ? Math.sqrt(1 - power2(t)) / (1 - power1(t)) : 1;
      const renewed = t % preconditionFrequency === 0 ? 2 : 0;
      return [
        ...[0, first ? 1 : beta1, first ? 0 : 1 - beta1, 1, 0],
        1,
        ...[first ? 0 : 1, beta2, 1 - beta2, epsilon],
        // Nothing divided by its norm is nothing, not NaN.
        ...[first ? 1 : 0, epsilon],
        ...[first ? 0 : learningRate * correction * decay, first ? 1 : decay],
        ...[beta, 1 - beta, 0],
        first ? 1 : renewed,
      ];
    },
  });
}
