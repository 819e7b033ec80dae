import { flag, inRange } from '../errors.ts';
import { countOf } from '../layout.ts';
import { blocksOf, norms } from '../plan/norms.ts';
import { layoutDims, type Program, type Steps, shapeOf, type Updated } from '../plan/steps.ts';
import { power } from '../power.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { type Convention, conventionOption } from './convention.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer, StateSpec } from './optimizer.ts';

export interface AdafactorOptions {
  /** At least 0, or a schedule; default 0.01, or 1e-3 with `convention: 'keras'`. Steps are at most 1 / √t of the tensor's size. */
  learningRate?: Scheduled;
  /** At most 0: the mean of squares decays by 1 − tᵉ, where e is this; default −0.8. */
  beta2Decay?: number;
  /**
   * At least 0; default 2⁻²³, the epsilon of float32, or 1e-30 with `convention: 'keras'`. PyTorch takes it, squared, for the least second
   * moment; Keras adds it to squares.
   */
  epsilon1?: number;
  /** At least 0: the least size that a tensor counts as having; default 1e-3. */
  epsilon2?: number;
  /** Greater than 0: the largest root mean square of an update that passes; default 1. */
  clipThreshold?: number;
  /** Hold the rate below 1 / √t; default true. Keras has the option and does so always; with its convention this changes nothing. */
  relativeStep?: boolean;
  /** At least 0, or a schedule: λ; default 0. The parameter is multiplied by 1 − learningRate · λ before the step. */
  weightDecay?: Scheduled;
  /** Whose formula and defaults: `'torch'` (default) or `'keras'`. */
  convention?: Convention;
}

const known = [
  'learningRate',
  'beta2Decay',
  'epsilon1',
  'epsilon2',
  'clipThreshold',
  'relativeStep',
  'weightDecay',
  'convention',
] as const;

/**
 * Adafactor (Shazeer, Stern 2018, Algorithm 4), in PyTorch's form: steps of a part of the tensor's size, second moments of a matrix as products of those of
 * its rows and columns.
 *
 * b = 1 − tᵉ; a matrix: r ← b·r + (1 − b) · mean of g² along rows, c ← b·c + (1 − b) · mean along columns, v = r cᵀ / max(mean(r), ε₁); a vector: v ← b·v
 * + (1 − b)g²; u = g / √max(v, ε₁²); p ← (1 − learningRate · λ) p − max(ε₂, rms(p)) · min(learningRate, 1 / √t) · u / max(1, rms(u) / clipThreshold).
 * States: `rowVar` and `colVar` of matrices, `variance` of vectors. More than two dimensions are matrices side by side, of the last two.
 *
 * Keras adds ε₁ to g² instead, takes the size of the parameter as it has decayed, and has `variance` of matrices too. optax and
 * pytorch_optimizer add ε₁ as well; optax subtracts λp without the rate and does not hold the rate below 1 / √t.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.adafactor({ learningRate: 0.05 });
 */
export function adafactor(options: AdafactorOptions & CommonOptions<AdafactorOptions> = {}): Optimizer {
  return composed('adafactor', options, known, rule);
}

const isMatrix = (shape: readonly number[]): boolean => shape.length > 1;
const rowShape = (shape: readonly number[]): readonly number[] => shape.slice(0, -1);
const columnShape = (shape: readonly number[]): readonly number[] => [...shape.slice(0, -2), shape[shape.length - 1]];
/** How many matrices a tensor of more dimensions is. */
const matricesOf = ({ shape }: Updated): number => countOf(shape.slice(0, -2));

/** States of a tensor, as PyTorch has them. Keras has numbers that nobody reads for vectors, and the estimate of matrices. */
const states: Readonly<Record<Convention, readonly StateSpec[]>> = {
  torch: [
    { name: 'rowVar', initial: 0, shape: (shape) => (isMatrix(shape) ? rowShape(shape) : null) },
    { name: 'colVar', initial: 0, shape: (shape) => (isMatrix(shape) ? columnShape(shape) : null) },
    { name: 'variance', initial: 0, shape: (shape) => (isMatrix(shape) ? null : shape) },
  ],
  keras: [
    { name: 'rowVar', initial: 0, shape: (shape) => (isMatrix(shape) ? rowShape(shape) : [1]) },
    { name: 'colVar', initial: 0, shape: (shape) => (isMatrix(shape) ? columnShape(shape) : [1]) },
    { name: 'variance', initial: 0 },
  ],
};

/** Where scalars stand: of moving averages, of the least mean of rows, of the step's scale. */
const LEAST = 3;
const MEAN = 4;
const SCALE = 5;
const WIDTH = 10;

/** Updates of matrices: from the gradient to what it is divided to. */
function divideMatrices(steps: Steps, tensors: readonly Updated[], column: number, keepsEstimate: boolean): void {
  const hyper = steps.scalars(column, 3);
  const dimsOf = (tensor: Updated): number[] => layoutDims(tensor, shapeOf(tensor));
  steps.emit(
    'rowMoments',
    tensors.map((tensor) => ({ operands: [tensor.gradient, tensor.states[0], hyper], dims: dimsOf(tensor) })),
  );
  steps.emit(
    'columnMoments',
    tensors.map((tensor) => ({
      operands: [tensor.gradient, tensor.states[1], hyper],
      dims: [...dimsOf(tensor), matricesOf(tensor)],
    })),
  );
  const means = tensors.map((tensor) => steps.scratch(`mean of ${tensor.name}.rowVar`, matricesOf(tensor)));
  const leastMean = steps.scalars(column + MEAN, 1);
  steps.emit(
    'rowMean',
    tensors.map((tensor, i) => ({
      operands: [tensor.states[0], leastMean, means[i]],
      dims: [shapeOf(tensor)[0], matricesOf(tensor)],
    })),
  );
  const least = steps.scalars(column + LEAST, 1);
  const updates = tensors.map((tensor) => steps.changed(tensor));
  steps.emit(
    'factoredUpdate',
    tensors.map((tensor, i) => {
      const [rowVar, colVar, variance] = tensor.states;
      return {
        operands: [tensor.gradient, rowVar, colVar, means[i], keepsEstimate ? variance : null, least, updates[i]],
        dims: [...dimsOf(tensor), matricesOf(tensor)],
      };
    }),
  );
  tensors.forEach((tensor, i) => {
    tensor.gradient = updates[i];
  });
}

function divideVectors(steps: Steps, tensors: readonly Updated[], column: number): void {
  const hyper = steps.scalars(column, LEAST + 1);
  const updates = tensors.map((tensor) => steps.changed(tensor));
  steps.emit(
    'varianceUpdate',
    tensors.map(({ gradient, states: [, , variance], size }, i) => ({
      operands: [gradient, variance, updates[i], hyper],
      dims: [size],
    })),
  );
  tensors.forEach((tensor, i) => {
    tensor.gradient = updates[i];
  });
}

const programOf =
  (keepsEstimate: boolean): Program =>
  (steps, tensors, { column }) => {
    const matrices = tensors.filter(({ shape }) => isMatrix(shape));
    const vectors = tensors.filter(({ shape }) => !isMatrix(shape));
    if (matrices.length > 0) divideMatrices(steps, matrices, column, keepsEstimate);
    if (vectors.length > 0) divideVectors(steps, vectors, column);
    const parameters = norms(steps, tensors, 'norms', ({ parameter }) => parameter);
    const updates = norms(steps, tensors, 'norms of updates', ({ gradient }) => gradient);
    const scales = tensors.map(({ name }) => steps.scratch(`scale of ${name}`, 2));
    const hyper = steps.scalars(column + SCALE, WIDTH - SCALE);
    steps.emit(
      'factoredScale',
      tensors.map((tensor, i) => ({
        operands: [parameters.each[i], updates.each[i], hyper, scales[i]],
        dims: [blocksOf(tensor), countOf(tensor.shape), 1],
      })),
    );
    steps.emit(
      'subtractScaled',
      tensors.map(({ parameter, gradient, size }, i) => ({ operands: [parameter, gradient, scales[i]], dims: [size] })),
    );
  };

function rule(given: Given<typeof known>): Optimizer {
  const convention = conventionOption('adafactor', given.convention);
  const keras = convention === 'keras';
  const infinite = Number.POSITIVE_INFINITY;
  const learningRate = learningRateOption('adafactor', given.learningRate ?? (keras ? 1e-3 : 0.01));
  const beta2Decay = inRange('adafactor', 'beta2Decay', given.beta2Decay ?? -0.8, -infinite, 0, '(]');
  const epsilon1 = inRange('adafactor', 'epsilon1', given.epsilon1 ?? (keras ? 1e-30 : 1 / 8388608), 0, infinite);
  const epsilon2 = inRange('adafactor', 'epsilon2', given.epsilon2 ?? 1e-3, 0, infinite);
  const clipThreshold = inRange('adafactor', 'clipThreshold', given.clipThreshold ?? 1, 0, infinite, '()');
  const relativeStep = flag('adafactor', 'relativeStep', given.relativeStep ?? true);
  const weightDecay = scheduledOption('adafactor', 'weightDecay', given.weightDecay ?? 0);
  return createOptimizer({
    name: 'adafactor',
    hyper: { learningRate, weightDecay },
    options: { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep, convention },
    op: { program: programOf(keras), width: WIDTH },
    states: states[convention],
    settledFrom: infinite,
    scalars: (step, { learningRate, weightDecay }) => {
      const oneMinusBeta2 = power(step, beta2Decay);
      const decay = 1 - learningRate * weightDecay;
      const rate = keras || relativeStep ? Math.min(learningRate, 1 / Math.sqrt(step)) : learningRate;
      const moments = [1 - oneMinusBeta2, oneMinusBeta2, keras ? epsilon1 : 0];
      const leasts = keras ? [0, 0] : [epsilon1 * epsilon1, epsilon1];
      return [...moments, ...leasts, rate, epsilon2, clipThreshold, keras ? Math.abs(decay) : 1, decay];
    },
  });
}
