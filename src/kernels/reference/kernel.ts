/** What a reference kernel is, the twin of native/kernels/kernel.h: a function over operands that computes some of an op's units. */
import { FloatArray } from '../arithmetic/float32.ts';

/** An array, or null where an operand is absent. */
export type KernelOperand = Float32Array | Float64Array | Int32Array | Uint8Array | null;

/**
 * Computes the units [begin, end) of an op. Operand i starts at element `offsets[i]` of `operands[i]`.
 *
 * @returns 0, or one of the errors below
 */
export type Kernel = (
  operands: readonly KernelOperand[],
  offsets: Float64Array,
  dims: Float64Array,
  begin: number,
  end: number,
) => number;

/** A row of `order` outside the dataset. */
export const BAD_ROW = 1;
/** A label outside [0, classes). */
export const BAD_LABEL = 2;

let room = new FloatArray(1024);

/** Memory for a kernel's intermediate values, at least n floats; the next call may hand out the same. */
export function workspace(n: number): FloatArray {
  if (room.length < n) room = new FloatArray(2 * n);
  return room;
}
