/**
 * What a step does to tensors, as ops, before it is known whose memory they lie in: a plan and a bound optimizer are both made
 * from it.
 */
import { countOf } from '../layout.ts';
import type { Part } from '../optimizers/optimizer.ts';
import type { Value } from './graph.ts';
import { type OpName, pad } from './ops.ts';
import type { Layout } from './plan.ts';
import { rowsAndColumns } from './transforms.ts';

/** A parameter that is updated, with what updates it. */
export interface Updated {
  readonly name: string;
  /** As people see it. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Floats occupied: those of padded panels, too. */
  readonly size: number;
  readonly part: Part;
  readonly parameter: Value;
  /** What the next op reads: the gradient as it came, then what ops have made of it. */
  gradient: Value;
  /** In the order of the part's states. */
  readonly states: readonly Value[];
  /** Which of all parameters it is: what random numbers for it are told apart by. */
  readonly index: number;
}

/** One execution of an op. */
export interface Call {
  readonly operands: readonly (Value | null)[];
  readonly dims: readonly number[];
}

export interface Steps {
  /** The same op over several tensors: none of these reads what another of them writes. */
  emit(op: OpName, calls: readonly Call[]): void;
  /** What `write` emits is executed where none of these floats is 0. */
  where(conditions: readonly Value[], write: () => void): void;
  /** What `write` emits is executed whatever conditions it stands under. */
  always(write: () => void): void;
  /** Scalars of a step's row of the table. */
  scalars(column: number, count: number): Value;
  /** Room for what is computed on the way; what it holds at first is not defined. */
  scratch(label: string, floats: number): Value;
  /** A part of what `scratch` gave, or of a state. */
  within(room: Value, from: number, floats: number, label: string): Value;
  /** Where an op may put what it makes of a tensor's gradient: never the user's array. */
  changed(tensor: Updated): Value;
}

/** The step of a part for all of its tensors, which are at the same step. */
export type Program = (steps: Steps, tensors: readonly Updated[], part: Part) => void;

/** A tensor as a matrix: all dimensions but the last are rows; a vector is one row. */
export const shapeOf = ({ shape }: Pick<Updated, 'shape'>): [rows: number, columns: number] =>
  rowsAndColumns(shape, countOf(shape));

/** The dims `rows`, `columns`, `width`, `panelled`: how a tensor, seen as that matrix, lies in memory. */
export const layoutDims = (
  { layout }: Pick<Updated, 'layout'>,
  [rows, columns]: readonly [number, number],
): [number, number, number, number] =>
  layout === 'panels' ? [rows, columns, pad(columns), 1] : [rows, columns, columns, 0];

/** The program of an element-wise op: parameter, gradient, states, scalars. */
export const elementwise: Program = (steps, tensors, { op, column, width }) => {
  const scalars = steps.scalars(column, width);
  steps.emit(
    op as OpName,
    tensors.map(({ parameter, gradient, states, size }) => ({
      operands: [parameter, gradient, ...states, scalars],
      dims: [size],
    })),
  );
};
