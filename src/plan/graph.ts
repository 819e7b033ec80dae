/**
 * A graph under construction: ops over values whose place in scratch is not chosen yet, and the tape by which gradients flow
 * back. Layers write it, `fuse.ts` shortens it, `place.ts` makes a plan of it.
 */
import { type OpName, type OpSpec, opNamed, pad } from './ops.ts';
import type { Layout, Space } from './plan.ts';

/** What an op reads or writes. */
export interface Value {
  readonly label: string;
  readonly layout: Layout;
  /** null: the rows of a batch. */
  readonly shape: readonly (number | null)[];
  /** Where it lives; null: somewhere in scratch, to be placed. */
  readonly home: { readonly space: Space; readonly offset: number } | null;
  /** Whether anybody wants the gradient of the loss with respect to it. */
  readonly differentiable: boolean;
}

/** An instruction whose operands are values. */
export interface Draft {
  readonly op: OpName;
  readonly operands: readonly (Value | null)[];
  readonly dims: readonly number[];
  /** Floats that must not be 0: `Instruction.when`. */
  readonly when?: readonly Value[];
}

/** From the gradient of a layer's output to that of its input; null where nobody wants it. */
export type Backward = (gradient: Value) => Value | null;

export interface Graph {
  readonly drafts: Draft[];
  readonly tape: Backward[];
  emit(op: OpName, operands: readonly (Value | null)[], dims: readonly number[], when?: readonly Value[]): void;
  /** Records how to come back over what has just been emitted. */
  onBackward(rule: Backward): void;
}

export function createGraph(): Graph {
  const drafts: Draft[] = [];
  const tape: Backward[] = [];
  return {
    drafts,
    tape,
    emit: (op, operands, dims, when = []) =>
      void drafts.push(when.length === 0 ? { op, operands, dims } : { op, operands, dims, when }),
    onBackward: (rule) => void tape.push(rule),
  };
}

/** The leading dimension of a padded matrix. Multiples of 512 bytes would put all rows in the same few sets of the cache. */
export function leadingDimension(columns: number): number {
  const ld = pad(columns);
  return ld % 128 === 0 ? ld + 16 : ld;
}

/** The columns of a padded matrix, its leading dimension. */
export const columnsOf = (value: Value): number => value.shape[1] as number;
export const ldOf = (value: Value): number => leadingDimension(columnsOf(value));

/** A matrix with one row for each row of the batch. */
export function rowsOf(label: string, columns: number, differentiable = true): Value {
  return { label, layout: 'padded', shape: [null, columns], home: null, differentiable };
}

/** One number for each row of the batch. */
export function perRow(label: string): Value {
  return { label, layout: 'flat', shape: [null], home: null, differentiable: false };
}

/** Something that lies in a space of its own or at a place already chosen. */
export function at(
  space: Space,
  offset: number,
  label: string,
  shape: readonly (number | null)[],
  layout: Layout = 'flat',
): Value {
  return { label, layout, shape, home: { space, offset }, differentiable: false };
}

/** The gradient that belongs to a parameter: in scratch, where the parameter is in `params`. */
export function gradientOf(parameter: Value): Value {
  const offset = parameter.home?.offset ?? 0;
  return at('scratch', offset, `∂${parameter.label}`, parameter.shape, parameter.layout);
}

/** The gradient of a matrix of the batch. */
export const gradientRows = (value: Value): Value => rowsOf(`∂${value.label}`, columnsOf(value));

/** What the op of a draft reads and what it writes (an update does both). */
export function touched(draft: Draft): { reads: Value[]; writes: Value[] } {
  const spec: OpSpec = opNamed(draft.op);
  const pick = (wanted: (access: string) => boolean): Value[] =>
    draft.operands.filter((value, i): value is Value => value !== null && wanted(spec.operands[i].access));
  return { reads: pick((access) => access !== 'write'), writes: pick((access) => access !== 'read') };
}
