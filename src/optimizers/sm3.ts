import { inRange, rangeError } from '../errors.ts';
import { countOf } from '../layout.ts';
import { layoutDims, type Program, shapeOf, type Updated } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import type { Optimizer, StateSpec } from './optimizer.ts';

export interface Sm3Options {
  /** At least 0, or a schedule; default 0.1. */
  learningRate?: Scheduled;
  /** In [0, 1), or a schedule: decay of the mean of steps; default 0, which is none. */
  momentum?: Scheduled;
  /** In [0, 1): decay of the accumulators; default 0, where they add up all squares. */
  beta?: number;
  /** At least 0: added under the root; default 1e-30. */
  epsilon?: number;
}

const known = ['learningRate', 'momentum', 'beta', 'epsilon'] as const;

/**
 * SM3-II (Anil, Gupta, Koren, Singer 2019, Algorithm SM3-II), in pytorch_optimizer's form: Adagrad whose accumulators are one for each row and one for
 * each column.
 *
 * v = min(row, column) + g² (with `beta` > 0: β · min + (1 − β)g²); the accumulators become the largest v of their row or column (with `beta` > 0 they never
 * fall); d = g / √(v + ε); b ←
 * momentum · b + (1 − momentum) d; p ← p − learningRate · b. States: `momentumBuffer`, which stays 0 without momentum, and `accumulator0`, `accumulator1` …, one
 * for each dimension. optax has the defaults momentum 0.9, ε 1e-8.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range; `ERR_PLUMMET_SHAPE` for a parameter of more than 8 dimensions.
 * @example
 * const optimizer = optimizers.sm3({ learningRate: 0.1, momentum: 0.9 });
 */
export function sm3(options: Sm3Options & CommonOptions<Sm3Options> = {}): Optimizer {
  return composed('sm3', options, known, rule);
}

/** Dimensions that a parameter may have. */
const MOST = 8;

/** A number is a vector of one. */
const sidesOf = (shape: readonly number[]): readonly number[] => (shape.length === 0 ? [1] : shape);

function accumulatorShape(shape: readonly number[], axis: number): readonly number[] | null {
  if (shape.length > MOST) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `sm3: a parameter has the shape [${shape.join(', ')}]; ${MOST} dimensions are the most it may have`,
    );
  }
  const sides = sidesOf(shape);
  return axis < sides.length ? [sides[axis]] : null;
}

const states: readonly StateSpec[] = [
  { name: 'momentumBuffer', initial: 0 },
  ...Array.from({ length: MOST }, (_, axis) => ({
    name: `accumulator${axis}`,
    initial: 0,
    shape: (shape: readonly number[]) => accumulatorShape(shape, axis),
  })),
];

const axesOf = ({ shape }: Updated): number => Math.max(1, shape.length);
/** Of a dimension but the last: how many rows of the matrix one step along it is, and its length. */
const rowGroups = ({ shape }: Updated, axis: number): [inner: number, size: number] => [
  countOf(shape.slice(axis + 1, -1)),
  shape[axis],
];

const programOf =
  (buffered: boolean, beta: number): Program =>
  (steps, tensors, { column, width }) => {
    const keep = beta > 0 ? 1 : 0;
    const dimsOf = (tensor: Updated): number[] => layoutDims(tensor, shapeOf(tensor));
    const covers = new Map(tensors.map((tensor) => [tensor, steps.scratch(`cover of ${tensor.name}`, tensor.size)]));
    const coverOf = (tensor: Updated) => covers.get(tensor) ?? null;
    const lastOf = (tensor: Updated) => tensor.states[axesOf(tensor)];
    const deepest = Math.max(...tensors.map(axesOf));
    /** Tensors that have a dimension of this number, which is not their last. */
    const having = (axis: number) => tensors.filter((tensor) => axis < axesOf(tensor) - 1);
    steps.emit(
      'coverColumns',
      tensors.map((tensor) => ({ operands: [lastOf(tensor), coverOf(tensor)], dims: dimsOf(tensor) })),
    );
    for (let axis = 0; axis < deepest - 1; axis++) {
      steps.emit(
        'coverRows',
        having(axis).map((tensor) => ({
          operands: [tensor.states[1 + axis], coverOf(tensor)],
          dims: [...dimsOf(tensor), ...rowGroups(tensor, axis)],
        })),
      );
    }
    const hyper = steps.scalars(column, width);
    steps.emit(
      buffered ? 'sm3Momentum' : 'sm3Step',
      tensors.map((tensor) => {
        const buffer = buffered ? [tensor.states[0]] : [];
        return {
          operands: [tensor.parameter, tensor.gradient, coverOf(tensor), ...buffer, hyper],
          dims: [tensor.size],
        };
      }),
    );
    steps.emit(
      'maximumColumns',
      tensors.map((tensor) => ({ operands: [coverOf(tensor), lastOf(tensor)], dims: [...dimsOf(tensor), keep] })),
    );
    for (let axis = 0; axis < deepest - 1; axis++) {
      steps.emit(
        'maximumRows',
        having(axis).map((tensor) => ({
          operands: [coverOf(tensor), tensor.states[1 + axis]],
          dims: [...dimsOf(tensor), ...rowGroups(tensor, axis), keep],
        })),
      );
    }
  };

function rule(given: Given<typeof known>): Optimizer {
  const learningRate = learningRateOption('sm3', given.learningRate ?? 0.1);
  const momentum = scheduledOption('sm3', 'momentum', given.momentum ?? 0, 1, '[)');
  const beta = inRange('sm3', 'beta', given.beta ?? 0, 0, 1, '[)');
  const epsilon = inRange('sm3', 'epsilon', given.epsilon ?? 1e-30, 0, Number.POSITIVE_INFINITY);
  const own = [...(beta > 0 ? [beta, 1 - beta] : [1, 1]), epsilon];
  const buffered = momentum !== 0;
  return createOptimizer({
    name: 'sm3',
    hyper: { learningRate, momentum },
    options: { beta, epsilon },
    op: { program: programOf(buffered, beta), width: buffered ? 6 : 4 },
    states,
    settledFrom: 1,
    scalars: (_, { learningRate, momentum }) => [...own, learningRate, ...(buffered ? [momentum, 1 - momentum] : [])],
  });
}
