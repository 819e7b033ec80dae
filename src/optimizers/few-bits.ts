/** States in fewer bits than the 32 of a float: options, states and the op, of the optimizers that may have them. */
import { describe, oneOf, rangeError, typeError } from '../errors.ts';
import { countOf } from '../layout.ts';
import { LARGEST_BLOCK, type OpName } from '../plan/ops.ts';
import { layoutDims, type Program, shapeOf } from '../plan/steps.ts';
import type { StateSpec } from './optimizer.ts';

export interface FewBitsOptions {
  /**
   * How states are stored between steps, which themselves compute in float32; default `float32`. `bfloat16`: rounded to nearest, half the memory. `uint8`: a quarter of
   * it, block by block (Dettmers, Lewis, Shleifer, Zettlemoyer 2021): `…Scales` holds the largest magnitude of each block, `…Codes` a byte for each
   * element, the number of the nearest of 256 values of the dynamic map, times which the magnitude is the element.
   */
  stateDtype?: 'float32' | 'bfloat16' | 'uint8';
  /** An integer from 1 to 16384: for `uint8`, how many elements of a tensor, row by row, have one scale; default 256. */
  blockSize?: number;
}

export const fewBitsOptions = ['stateDtype', 'blockSize'] as const;

type SmallOp = Extract<OpName, `${string}Uint8`> extends `${infer Base}Uint8` ? Base : never;

const dtypes = ['float32', 'bfloat16', 'uint8'] as const;
/** States in bfloat16 need no blocks: so many elements are what a thread takes at once. */
const STRETCH = 1024;
/** The code of 0 in the map with negative values. */
const ZERO = 127;

export interface FewBits {
  readonly options: { readonly stateDtype: (typeof dtypes)[number]; readonly blockSize: number };
  /** The op or program, and the states, for an optimizer with these states as floats; the first may be negative, others are not. */
  readonly of: <N extends SmallOp>(op: N, width: number, states: readonly string[]) => Stored<N>;
}

interface Stored<N extends string> {
  readonly op: N | { readonly program: Program; readonly width: number };
  readonly states: readonly StateSpec[];
}

function blockSizeOption(who: string, given: unknown): number {
  if (Number.isInteger(given) && (given as number) >= 1 && (given as number) <= LARGEST_BLOCK) return given as number;
  const message = `${who}: blockSize must be an integer from 1 to ${LARGEST_BLOCK}, got ${describe(given)}`;
  throw typeof given === 'number'
    ? rangeError('ERR_PLUMMET_OPTION', message)
    : typeError('ERR_PLUMMET_OPTION', message);
}

const codes = (name: string, i: number, blockSize: number): StateSpec[] => [
  { name: `${name}Codes`, initial: i === 0 ? ZERO : 0, stored: 'uint8' },
  { name: `${name}Scales`, initial: 0, shape: (shape) => [Math.ceil(countOf(shape) / blockSize)] },
];

/** The op over each tensor, of which blocks are parts however it lies in memory. */
const programOf =
  (op: OpName, blockSize: number): Program =>
  (steps, tensors, { column, width }) => {
    const scalars = steps.scalars(column, width);
    steps.emit(
      op,
      tensors.map((tensor) => ({
        operands: [tensor.parameter, tensor.gradient, ...tensor.states, scalars],
        dims: [...layoutDims(tensor, shapeOf(tensor)), blockSize],
      })),
    );
  };

/** @throws `ERR_PLUMMET_OPTION` */
export function fewBits(who: string, given: { readonly stateDtype?: unknown; readonly blockSize?: unknown }): FewBits {
  const stateDtype = oneOf(who, 'stateDtype', given.stateDtype ?? 'float32', dtypes);
  const blockSize = blockSizeOption(who, given.blockSize ?? 256);
  return {
    options: { stateDtype, blockSize },
    of(op, width, states) {
      if (stateDtype === 'float32') return { op, states: states.map((name) => ({ name, initial: 0 })) };
      if (stateDtype === 'bfloat16') {
        return {
          op: { program: programOf(`${op as SmallOp}Bfloat16`, STRETCH), width },
          states: states.map((name) => ({ name, initial: 0, stored: 'bfloat16' })),
        };
      }
      return {
        op: { program: programOf(`${op as SmallOp}Uint8`, blockSize), width },
        states: states.flatMap((name, i) => codes(name, i, blockSize)),
      };
    },
  };
}
