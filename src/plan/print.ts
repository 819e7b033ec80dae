/** A plan as text: one line an op, what it makes of what, and where the result lies. */
import { elementwise } from './activations.ts';
import { opNamed } from './ops.ts';
import type { Instruction, Operand, Plan } from './plan.ts';

const shapeOf = ({ shape }: Operand): string => `[${shape.map((n) => n ?? '·').join(', ')}]`;

/** `params+1024`, and the layout where it is not the plain one. */
const placeOf = ({ space, offset, layout }: Operand): string =>
  `${space}+${offset}${layout === 'flat' ? '' : ` ${layout}`}`;

/** ` when step is done`: what has to hold. */
const conditionOf = ({ when = [] }: Instruction): string =>
  when.length === 0 ? '' : ` when ${when.map(({ label }) => label).join(' and ')}`;

function split({ op, operands }: Instruction): { made: Operand[]; from: Operand[] } {
  const made: Operand[] = [];
  const from: Operand[] = [];
  opNamed(op).operands.forEach((spec, i) => {
    const operand = operands[i];
    if (!operand) return;
    if (spec.access !== 'read') made.push(operand);
    if (spec.access === 'read') from.push(operand);
  });
  return { made, from };
}

/** The activation of an op that has one, where it does something. */
function activationOf({ op, dims }: Instruction): string {
  const position = opNamed(op).dims.indexOf('activation');
  const activation = position < 0 ? 0 : dims[position];
  return activation === 0 ? '' : ` ${elementwise[activation]}`;
}

/** The columns of a table, each as wide as its widest cell. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column].length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * ```text
 * train: 12 ops, batches of up to 32 rows; floats: params 101936, state 203872, scratch 142736
 *   input [·, 784]   = gatherBytes(x, order, table)                scratch+101936 padded
 *   dense [·, 128]   = dense relu(input, dense.kernel, dense.bias) scratch+127312 padded
 * ```
 */
export function print(plan: Plan): string {
  const { params, state, scratch } = plan.sizes;
  const head =
    `${plan.name}: ${plan.instructions.length} ops, batches of up to ${plan.batchSize} rows; ` +
    `floats: params ${params}, state ${state}, scratch ${scratch}`;
  const rows = plan.instructions.map((instruction) => {
    const { made, from } = split(instruction);
    return [
      made.map((operand) => `${operand.label} ${shapeOf(operand)}`).join(', '),
      `= ${instruction.op}${activationOf(instruction)}(${from.map((operand) => operand.label).join(', ')})${conditionOf(instruction)}`,
      made.map(placeOf).join(', '),
    ];
  });
  return [head, ...align(rows).map((line) => `  ${line}`)].join('\n');
}
