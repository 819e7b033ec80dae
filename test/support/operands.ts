/** Operands for every op, of any shape, filled with ordinary or with hostile numbers. */
import { type Dims, type OperandSpec, type OpName, type OpSpec, opNamed, pad } from '#src/plan/ops.js';

export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A small generator of its own, so that a failing case can be named by its seed. */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state / 4294967296;
  };
}

const extremes = [
  0,
  -0,
  Infinity,
  -Infinity,
  NaN,
  1,
  -1,
  1e-45,
  -1e-45,
  1.1754942e-38,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  88.7,
  -103.9,
  0.5,
  2,
];
const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/**
 * `tame`: in [−1, 1). `ties`: small multiples of powers of two, whose sums often fall between two floats. `zeros`: half of them zeros of either sign.
 * `wild`: one in four is an extreme.
 */
export type Temper = 'tame' | 'ties' | 'zeros' | 'wild';

function number(random: () => number, temper: Temper): number {
  const uniform = 2 * random() - 1;
  if (temper === 'tame') return uniform;
  if (temper === 'ties') return Math.round(uniform * 8) * 2 ** Math.floor(random() * 27 - 13);
  if (temper === 'zeros') return [0, -0, -0, 1][Math.floor(random() * 4)];
  if (random() < 0.75) return uniform * (random() < 0.25 ? 100 : 1);
  if (random() < 0.5) return extremes[Math.floor(random() * extremes.length)];
  bits[0] = Math.floor(random() * 4294967296);
  return float[0];
}

/** Of a matrix operand: how many columns of each row (or panel row) are real. */
export type Real = (index: number) => boolean;

const all: Real = () => true;
const none: Real = () => false;

/** Which elements of an operand are not padding, and so have defined values. */
export function realElements(spec: OpSpec, operand: OperandSpec, dims: Dims): Real {
  const dim = (name: string): number => dims[spec.dims.indexOf(name)];
  const rowMajor =
    (ld: number, columns: number): Real =>
    (index) =>
      index % ld < columns;
  const op = spec.name as OpName;
  if (op === 'inverseRoot' || op === 'eigenbasis' || op === 'reorder') return operand.name === 'room' ? none : all;
  if (op.endsWith('OfDense')) return operand.name === 'gradient' ? none : panels(dim('inputs'), dim('outputs'));
  if (op === 'denseKernelGradient' && operand.name === 'out') return panels(dim('inputs'), dim('outputs'));
  if (op === 'dense' && operand.name === 'out') return rowMajor(dim('ld'), dim('outputs'));
  if (op === 'denseInputGradient' && operand.name === 'out') return rowMajor(dim('ld'), dim('inputs'));
  if (op === 'columnSums' && operand.name === 'out') return (index) => index < dim('columns');
  const padded = operand.name === 'gradient' || (operand.name === 'out' && op !== 'copyRows');
  return padded && spec.dims.includes('ld') ? rowMajor(dim('ld'), dim('columns')) : all;
}

export function panels(inputs: number, outputs: number): Real {
  return (index) => {
    const q = Math.floor(index / (32 * inputs));
    const width = Math.min(32, pad(outputs) - 32 * q);
    return 32 * q + ((index - 32 * q * inputs) % width) < outputs;
  };
}

type NumbersConstructor = {
  new (buffer: ArrayBufferLike, offset: number, length: number): Numbers;
  BYTES_PER_ELEMENT: number;
};
const arrays: Record<OperandSpec['type'], NumbersConstructor> = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u8: Uint8Array,
};

/** A view that begins `shift` elements into its buffer, so at any alignment. */
function view(operand: OperandSpec, length: number, shift: number, value: (i: number) => number): Numbers {
  const type = arrays[operand.type];
  const array = new type(
    new SharedArrayBuffer((length + shift) * type.BYTES_PER_ELEMENT),
    shift * type.BYTES_PER_ELEMENT,
    length,
  );
  for (let i = 0; i < length; i++) array[i] = value(i);
  return array;
}

export interface Case {
  readonly op: OpName;
  readonly dims: readonly number[];
  /** Optional operands are there unless `sparse`. */
  readonly sparse: boolean;
  readonly temper: Temper;
  readonly shift: number;
  readonly seed: number;
}

/** The operands of a case; the same case gives the same ones. */
export function operandsOf({ op, dims, sparse, temper, shift, seed }: Case): (Numbers | null)[] {
  const spec: OpSpec = opNamed(op);
  const random = generator(seed);
  const dim = (name: string): number => dims[spec.dims.indexOf(name)];
  return spec.operands.map((operand) => {
    if (operand.optional && sparse) return null;
    const length = operand.extent(dims);
    const fill = (value: (i: number) => number) => view(operand, length, shift, value);
    if (operand.name === 'labels') return fill(() => Math.floor(random() * dim('columns')));
    if (operand.name === 'order' && op !== 'shuffle') return fill(() => Math.floor(random() * dim('sourceRows')));
    if (operand.name === 'table') return fill((i) => (i < 256 ? Math.fround(i / 255) : 0));
    if (operand.name === 'mode') return fill(() => Math.floor(3 * random()));
    if (operand.type === 'u8') return fill(() => Math.floor(random() * 256));
    if (operand.name === 'targets' && temper !== 'wild') return fill(() => (random() < 0.5 ? 0 : 1));
    if (operand.name === 'hyper' && temper !== 'wild') return fill(() => random());
    if (operand.name === 'expAvgSq' && temper !== 'wild') return fill(() => random());
    return fill(() => number(random, temper));
  });
}
