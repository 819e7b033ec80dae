/** How the elements of a state lie in memory of floats, and what people see of them. */
import { countOf, pack, unpack } from '../layout.ts';
import type { StateSpec } from '../optimizers/optimizer.ts';
import type { StatePlace } from './states.ts';

/** What a state is for people: bytes are codes, everything else is numbers. */
export type StateArray = Float32Array | Uint8Array;

type Stored = Pick<StateSpec, 'stored'>;

const perWord = { float32: 1, bfloat16: 2, uint8: 4 } as const;

const kindOf = ({ stored }: Stored): keyof typeof perWord => stored ?? 'float32';

/** Floats that so many elements occupy. */
export const wordsOf = (spec: Stored, count: number): number => Math.ceil(count / perWord[kindOf(spec)]);

/** Which arrays people get and give. */
export const arrayOf = (spec: Stored): 'floats' | 'bytes' => (kindOf(spec) === 'uint8' ? 'bytes' : 'floats');

/** The shape of a parameter's state; null where the parameter has none of it. */
export const stateShape = (
  { shape }: Pick<StateSpec, 'shape'>,
  parameter: readonly number[],
): readonly number[] | null => (shape === undefined ? parameter : shape(parameter));

/** Elements of the state of a parameter of that shape. */
export const elementsOf = (spec: Pick<StateSpec, 'shape'>, parameter: readonly number[]): number =>
  countOf(stateShape(spec, parameter) ?? [0]);

/** The bits of floats in that memory: a number that they happen to look like must not be touched. */
const bitsIn = <T>(
  view: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T,
  { buffer, byteOffset }: Float32Array,
  count: number,
): T => new view(buffer, byteOffset, count);

/** A copy of so many elements of a state. */
export function readStored(spec: Stored, words: Float32Array, count: number): StateArray {
  const kind = kindOf(spec);
  if (kind === 'uint8') return Uint8Array.from(bitsIn(Uint8Array, words, count));
  if (kind === 'float32') return words.slice(0, count);
  const bits = Uint32Array.from(bitsIn(Uint16Array, words, count), (half) => half << 16);
  return new Float32Array(bits.buffer);
}

const nearest = (bits: number): number =>
  (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;

/** Stores these elements; numbers that have more bits than the state keeps are rounded as a step does it. */
export function writeStored(spec: Stored, words: Float32Array, values: StateArray): void {
  const kind = kindOf(spec);
  if (kind === 'float32') words.set(values);
  else if (kind === 'uint8') bitsIn(Uint8Array, words, values.length).set(values);
  else {
    const bits = new Uint32Array(Float32Array.from(values).buffer);
    bitsIn(Uint16Array, words, values.length).set(Uint16Array.from(bits, nearest));
  }
}

/** Puts a state to its beginning. */
export function fillStored(spec: Pick<StateSpec, 'stored' | 'initial'>, words: Float32Array, count: number): void {
  const kind = kindOf(spec);
  if (kind === 'float32') words.fill(spec.initial);
  else
    writeStored(spec, words, (kind === 'uint8' ? new Uint8Array(count) : new Float32Array(count)).fill(spec.initial));
}

/** A copy of a state, row-major. */
export function readState(
  state: Float32Array,
  { spec, offset, size, shape, layout }: StatePlace,
): { data: StateArray; shape: number[] } {
  const count = countOf(shape);
  if (spec.stored) {
    return { data: readStored(spec, state.subarray(offset, offset + size), count), shape: [...shape] };
  }
  const data = new Float32Array(count);
  unpack(state, offset, shape, layout, data);
  return { data, shape: [...shape] };
}

/** Stores a row-major one. */
export function writeState(
  state: Float32Array,
  { spec, offset, size, shape, layout }: StatePlace,
  values: StateArray,
): void {
  if (spec.stored) writeStored(spec, state.subarray(offset, offset + size), values);
  else pack(values as Float32Array, shape, layout, state, offset);
}
