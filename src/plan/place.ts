/** Gives every value of a graph its place in memory: the last step from a graph to a plan. */
import { type Draft, leadingDimension, type Value } from './graph.ts';
import { pad } from './ops.ts';
import type { Operand, Plan, Slot } from './plan.ts';

/** Floats that a value of the batch occupies. */
function sizeOf(value: Value, batchSize: number): number {
  const [rows, columns] = value.shape;
  const height = rows ?? batchSize;
  return columns === undefined ? pad(height) : height * leadingDimension(columns as number);
}

/** Values without a home are laid one behind the other, from `scratchStart` on. */
export function place(
  name: string,
  drafts: readonly Draft[],
  batchSize: number,
  sizes: Omit<Plan['sizes'], 'scratch'>,
  scratchStart: number,
  advance: Value | null = null,
): Plan {
  let scratch = scratchStart;
  const operands = new Map<Value, Operand>();
  const operandOf = (value: Value): Operand => {
    let operand = operands.get(value);
    if (!operand) {
      const { label, layout, shape } = value;
      const home = value.home ?? { space: 'scratch' as const, offset: scratch };
      if (!value.home) scratch += sizeOf(value, batchSize);
      operand = { ...home, layout, shape, label };
      operands.set(value, operand);
    }
    return operand;
  };
  const slotOf = (value: Value): Slot => {
    const { space, offset, label } = operandOf(value);
    return { space: space as Slot['space'], offset, label };
  };
  const instructions = drafts.map(({ op, operands: values, dims, when }) => ({
    op,
    operands: values.map((value) => value && operandOf(value)),
    dims,
    ...(when && { when: when.map(slotOf) }),
  }));
  return {
    name,
    instructions,
    batchSize,
    ...(advance && { advance: slotOf(advance) }),
    sizes: { ...sizes, scratch },
  };
}
