/** What muon, shampoo and soap have in common: tensors seen as matrices along their axes, and programs for one tensor at a time. */
import { rangeError } from '../errors.ts';
import { countOf } from '../layout.ts';
import type { Value } from '../plan/graph.ts';
import { normBlocks } from '../plan/ops.ts';
import type { Call, Program, Steps, Updated } from '../plan/steps.ts';
import type { Part, StateSpec } from './optimizer.ts';

/** The state of that name. */
export const stateNamed = ({ states, part }: Updated, name: string): Value =>
  states[part.states.findIndex((spec) => spec.name === name)];

/** A state that lies row-major wherever its parameter lies, of the parameters that `has` is true for. */
export const rowMajor = (name: string, has: (shape: readonly number[]) => boolean = () => true): StateSpec => ({
  name,
  initial: 0,
  shape: (shape) => (has(shape) ? shape : null),
});

/** The program of one tensor for all of them: they have nothing to do with each other, so ops of the same kind go together. */
export const eachTensor =
  (write: (steps: Steps, tensor: Updated, part: Part) => void): Program =>
  (steps, tensors, part) => {
    const written = tensors.map((tensor) => {
      const emitted: Parameters<Steps['emit']>[] = [];
      write({ ...steps, emit: (...one) => void emitted.push(one) }, tensor, part);
      return emitted;
    });
    const longest = Math.max(0, ...written.map(({ length }) => length));
    for (let i = 0; i < longest; i++) {
      const together = new Map<Parameters<Steps['emit']>[0], Call[]>();
      for (const [op, calls] of written.flatMap((emitted) => (emitted[i] ? [emitted[i]] : []))) {
        together.set(op, [...(together.get(op) ?? []), ...calls]);
      }
      for (const [op, calls] of together) steps.emit(op, calls);
    }
  };

/** One op, once. */
export const once = (
  steps: Steps,
  op: Parameters<Steps['emit']>[0],
  operands: readonly Value[],
  dims: readonly number[],
): void => steps.emit(op, [{ operands, dims }]);

/** A row-major matrix in place: times the reciprocal of its norm, or of the root of its mean square. */
export function normalize(
  steps: Steps,
  x: Value,
  [rows, columns]: readonly [number, number],
  limit: Value,
  mean: boolean,
): void {
  const blocks = normBlocks(rows, columns);
  const partials = steps.scratch(`norms of ${x.label}`, 2 * blocks);
  const scale = steps.scratch(`scale of ${x.label}`, 1);
  once(steps, 'gradientNorm', [x, partials], [rows, columns, columns, 0, 0]);
  once(steps, 'normScale', [partials, limit, scale], [blocks, mean ? rows * columns : 0]);
  once(steps, 'scaleGradient', [x, scale, x], [rows * columns]);
}

/** An axis of a tensor: the tensor is `before` matrices of `size` rows and `after` columns. */
export interface Axis {
  readonly index: number;
  readonly before: number;
  readonly size: number;
  readonly after: number;
}

/** Tensors have no more axes than that. */
export const MOST_AXES = 8;

export function checkAxes(who: string, name: string, { length }: readonly number[]): void {
  if (length <= MOST_AXES) return;
  const problem = `"${name}" has ${length} dimensions, at most ${MOST_AXES} can be updated; bind it with fewer`;
  throw rangeError('ERR_PLUMMET_SHAPE', `${who}: ${problem}`);
}

/** What the ops of roots and bases compute in: two matrices of float64 and four vectors, wherever they begin. */
export const roomForRoots = (steps: Steps, name: string, size: number): Value =>
  steps.scratch(`room for roots of ${name}`, 4 * size * size + 8 * size + 2);

export function axesOf(shape: readonly number[]): Axis[] {
  const sizes = shape.length === 0 ? [1] : shape;
  return sizes.map((size, index) => ({
    index,
    before: countOf(sizes.slice(0, index)),
    size,
    after: countOf(sizes.slice(index + 1)),
  }));
}

/** States `name0`, `name1` … which are square matrices, one for each axis that is chosen. */
export const squareStates = (
  name: string,
  chosen: (axis: Axis, shape: readonly number[]) => boolean,
): readonly StateSpec[] =>
  Array.from({ length: MOST_AXES }, (_, a) => ({
    name: `${name}${a}`,
    initial: 0,
    shape: (shape: readonly number[]) => {
      const axis = axesOf(shape)[a];
      return axis && chosen(axis, shape) ? [axis.size, axis.size] : null;
    },
  }));

/** The matrix of each slice along an axis times its own transpose, summed: the axis' part of a tensor's second moment. */
export function gram(steps: Steps, tensor: Value, { before, size, after }: Axis, out: Value): void {
  if (after === 1) {
    once(steps, 'gemm', [tensor, tensor, out], [size, size, before, 1, 0, 0]);
    return;
  }
  for (let b = 0; b < before; b++) {
    const slice = before === 1 ? tensor : steps.within(tensor, b * size * after, size * after, tensor.label);
    once(steps, 'gemm', [slice, slice, out], [size, size, after, 0, 1, b === 0 ? 0 : 1]);
  }
}

/** A tensor times a square matrix, or its transpose, along an axis. */
export function multiplyAlong(
  steps: Steps,
  matrix: Value,
  transposed: boolean,
  [tensor, out]: readonly [Value, Value],
  { before, size, after }: Axis,
): void {
  if (after === 1) {
    once(steps, 'gemm', [tensor, matrix, out], [before, size, size, 0, transposed ? 0 : 1, 0]);
    return;
  }
  const part = (whole: Value, b: number): Value =>
    before === 1 ? whole : steps.within(whole, b * size * after, size * after, whole.label);
  steps.emit(
    'gemm',
    Array.from({ length: before }, (_, b) => ({
      operands: [matrix, part(tensor, b), part(out, b)],
      dims: [size, after, size, transposed ? 1 : 0, 0, 0],
    })),
  );
}

/**
 * A tensor times a matrix along each of the axes.
 *
 * @param rooms - two places for what comes out, which the result is one of; neither is the tensor's
 */
export function multiplyAll(
  steps: Steps,
  tensor: Value,
  factors: readonly { readonly axis: Axis; readonly matrix: Value }[],
  transposed: boolean,
  rooms: readonly [Value, Value],
): Value {
  let from = tensor;
  for (const { axis, matrix } of factors) {
    const to = from === rooms[0] ? rooms[1] : rooms[0];
    multiplyAlong(steps, matrix, transposed, [from, to], axis);
    from = to;
  }
  return from;
}
