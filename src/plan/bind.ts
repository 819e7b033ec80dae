/** A plan bound to the arrays of a run: every operand resolved, every extent checked, before anything runs. */
import { describe, rangeError, typeError } from '../errors.ts';
import type { Kernel, KernelOperand } from '../kernels/reference/kernel.ts';
import { type ElementType, type OpName, type OpSpec, opNamed } from './ops.ts';
import { EPOCH, FIRST, type Instruction, type Plan, ROWS, type Slot, SOURCE_ROWS, type Space } from './plan.ts';

/** What a plan runs on: for each space its array, or null. */
export type Spaces = Readonly<Record<Space, KernelOperand>>;

export interface Shape {
  readonly rows: number;
  readonly batchSize: number;
}

/** One op, ready to run. `dims`, `offsets` and `units` change from batch to batch, nothing else does. */
export interface Call {
  readonly kernel: Kernel;
  readonly spec: OpSpec;
  readonly operands: readonly KernelOperand[];
  readonly offsets: Float64Array;
  readonly dims: Float64Array;
  /** Where the dims are that depend on the batch: rows, first, epoch. */
  readonly rowsAt: readonly number[];
  readonly firstAt: readonly number[];
  readonly epochAt: readonly number[];
  /** The operand that lies in `scalars`, or −1, and its place in a row of the table. */
  readonly scalarsAt: number;
  readonly scalarsOffset: number;
  /** The floats that must not be 0, and those of them that lie in `scalars` move with its row. */
  readonly when: readonly BoundSlot[];
  /** Whether threads share its units. */
  readonly divided: boolean;
  units: number;
}

/** A float of a space. */
export interface BoundSlot {
  readonly array: Float32Array | Float64Array;
  readonly inScalars: boolean;
  /** In its space, or in a row of `scalars`. */
  readonly place: number;
  offset: number;
}

export interface BoundPlan {
  readonly calls: readonly Call[];
  /** What says how far a batch goes. */
  readonly advance: BoundSlot | null;
  /** The slots of `totals` that the plan adds to. */
  readonly totals: readonly number[];
  /** The rows that `units` are those of. */
  rows: number;
}

/** The arithmetic that kernels do: what stands for `f32`. */
export type Precision = 'float32' | 'float64';

function holds(array: KernelOperand, type: ElementType, precision: Precision): boolean {
  if (type === 'f32') return precision === 'float64' ? array instanceof Float64Array : array instanceof Float32Array;
  if (type === 'f64') return array instanceof Float64Array;
  return type === 'i32' ? array instanceof Int32Array : array instanceof Uint8Array;
}

/** Element indices of the reference kernels are 32-bit integers. */
const MOST = 2147483647;

function resolve(dims: readonly number[], rows: number, first: number, sourceRows: number): number[] {
  return dims.map((dim) => {
    if (dim === ROWS) return rows;
    if (dim === FIRST) return first;
    if (dim === SOURCE_ROWS) return sourceRows;
    return dim === EPOCH ? 0 : dim;
  });
}

const places = (dims: readonly number[], value: number): number[] =>
  dims.flatMap((dim, i) => (dim === value ? [i] : []));

function bindInstruction(
  instruction: Instruction,
  kernel: Kernel,
  spaces: Spaces,
  { rows, batchSize }: Shape,
  precision: Precision,
  threshold: number,
): Call {
  const { op, dims } = instruction;
  const spec = opNamed(op);
  const full = Math.min(rows, batchSize);
  // Extents grow with every dim, so the largest batch at the last possible place stands for all.
  const largest = resolve(dims, full, rows - full, rows);
  const offsets = new Float64Array(spec.operands.length);
  let scalarsAt = -1;
  const operands = spec.operands.map((operand, i): KernelOperand => {
    const given = instruction.operands[i];
    const array = given === null ? null : spaces[given.space];
    if (given === null || array === null) {
      // Without an order of rows they come in order.
      if (operand.optional && (given === null || given.space === 'rows')) return null;
      const where = given === null ? 'is absent' : `is in space "${given.space}", but the run has no such array`;
      throw typeError('ERR_PLUMMET_TYPE', `${op}: operand ${operand.name} ${where}`);
    }
    const what = `${op}: operand ${operand.name} in space "${given.space}"`;
    if (!holds(array, operand.type, precision)) {
      throw typeError('ERR_PLUMMET_TYPE', `${what} is of type ${operand.type}, the run has ${describe(array)}`);
    }
    const extent = operand.extent(largest);
    const needed = given.offset + extent;
    if (given.space === 'scalars') scalarsAt = i;
    if (!(needed <= array.length && needed <= MOST)) {
      const detached = array.length === 0 ? ' (is it detached?)' : '';
      throw rangeError(
        'ERR_PLUMMET_SHAPE',
        `${what} needs ${extent} elements from ${given.offset}, the array has ${array.length}${detached}`,
      );
    }
    offsets[i] = given.offset;
    return array;
  });
  return {
    kernel,
    spec,
    operands,
    offsets,
    dims: Float64Array.from(largest),
    rowsAt: places(dims, ROWS),
    firstAt: places(dims, FIRST),
    epochAt: places(dims, EPOCH),
    scalarsAt,
    scalarsOffset: scalarsAt < 0 ? 0 : offsets[scalarsAt],
    when: (instruction.when ?? []).map((slot) => bindSlot(slot, spaces, precision)),
    divided: spec.units(largest) > 1 && spec.work(largest) >= threshold,
    units: spec.units(largest),
  };
}

function bindSlot({ space, offset, label }: Slot, spaces: Spaces, precision: Precision): BoundSlot {
  const array = spaces[space];
  const what = `${label}, in space "${space}"`;
  if (array === null || !holds(array, 'f32', precision)) {
    throw typeError('ERR_PLUMMET_TYPE', `${what}, must be of type f32, the run has ${describe(array)}`);
  }
  if (!(offset >= 0 && offset < array.length)) {
    throw rangeError('ERR_PLUMMET_SHAPE', `${what}, is at ${offset}, the array has ${array.length} elements`);
  }
  return { array: array as Float32Array, inScalars: space === 'scalars', place: offset, offset };
}

/** Whether an instruction with these conditions is executed. */
export function holdsNow(when: readonly BoundSlot[]): boolean {
  for (const { array, offset } of when) if (array[offset] === 0) return false;
  return true;
}

/**
 * @param threshold - work (see `OpSpec.work`) below which an op is left to one thread
 * @throws `ERR_PLUMMET_TYPE`, `ERR_PLUMMET_SHAPE` where an operand does not fit its array
 */
export function bindPlan(
  plan: Plan,
  kernels: Readonly<Record<OpName, Kernel>>,
  spaces: Spaces,
  shape: Shape,
  precision: Precision,
  threshold: number,
): BoundPlan {
  const calls = plan.instructions.map((instruction) =>
    bindInstruction(instruction, kernels[instruction.op], spaces, shape, precision, threshold),
  );
  const totals = plan.instructions.flatMap(({ op, operands }) =>
    operands.flatMap((operand, i) =>
      operand?.space === 'totals' && opNamed(op).operands[i].access !== 'read' ? [operand.offset] : [],
    ),
  );
  const advance = plan.advance ? bindSlot(plan.advance, spaces, precision) : null;
  return { calls, advance, totals, rows: Math.min(shape.rows, shape.batchSize) };
}

/** Makes a bound plan that of one batch. */
export function placeBatch(bound: BoundPlan, rows: number, first: number, epoch: number): void {
  for (const call of bound.calls) {
    const { dims } = call;
    for (const i of call.firstAt) dims[i] = first;
    for (const i of call.epochAt) dims[i] = epoch;
    if (rows === bound.rows) continue;
    for (const i of call.rowsAt) dims[i] = rows;
    call.units = call.spec.units(Array.from(dims));
  }
  bound.rows = rows;
}

/** Moves the operands that lie in `scalars` to one row of the table. */
export function placeScalars(bound: BoundPlan, start: number): void {
  for (const { offsets, scalarsAt, scalarsOffset, when } of bound.calls) {
    if (scalarsAt >= 0) offsets[scalarsAt] = start + scalarsOffset;
    for (const slot of when) if (slot.inScalars) slot.offset = start + slot.place;
  }
}
