/** Optimizers whose states are stored in few bits, the twin of native/kernels/optimizers/small_states.h. */
import { FloatArray, fround } from '../../arithmetic/float32.ts';
import type { Kernel, KernelOperand } from '../kernel.ts';

/** 256 values, ascending, and what lies halfway between neighbours. */
interface DynamicMap {
  readonly values: FloatArray;
  readonly thresholds: FloatArray;
}

const powers = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

function dynamicMap(negativeToo: boolean): DynamicMap {
  const values = new FloatArray(256);
  const zero = negativeToo ? 127 : 0;
  let next = zero + 1;
  for (const [i, power] of powers.entries()) {
    const items = (negativeToo ? 1 : 2) << i;
    for (let k = 0; k < items; k++) {
      const low = 0.1 + (0.9 * k) / items;
      const high = 0.1 + (0.9 * (k + 1)) / items;
      const middle = fround(((low + high) / 2) * power);
      if (negativeToo) values[2 * zero - next] = -middle;
      values[next++] = middle;
    }
  }
  values[255] = 1;
  return { values, thresholds: FloatArray.from({ length: 255 }, (_, c) => (values[c] + values[c + 1]) / 2) };
}

const signedMap = dynamicMap(true);
const unsignedMap = dynamicMap(false);

/** The value nearest to x, the lower one of two: how many thresholds x is greater than. */
function codeOf(thresholds: FloatArray, x: number): number {
  let code = 0;
  for (let s = 128; s > 0; s >>= 1) if (x > thresholds[code + s - 1]) code += s;
  return code;
}

/** How the states of one kind are stored. */
interface Storage {
  /** Operands of one state. */
  readonly operands: number;
  /** Of a block: `state` says which of the states, `at` which of the operands is its first. */
  load(operands: Stored, state: number, block: number, first: number, values: FloatArray): void;
  store(operands: Stored, state: number, block: number, first: number, values: FloatArray): void;
}

interface Stored {
  readonly operands: readonly KernelOperand[];
  readonly offsets: Float64Array;
}

/** The memory of an operand from its offset on. */
function memory({ operands, offsets }: Stored, at: number): readonly [buffer: ArrayBufferLike, byteOffset: number] {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = operands[at] as FloatArray;
  return [buffer, byteOffset + offsets[at] * BYTES_PER_ELEMENT];
}

/** A byte for each element, and for each block the largest magnitude in it. The first state has negative values, too. */
const codes: Storage = {
  operands: 2,
  load(stored, state, block, first, values) {
    const [buffer, at] = memory(stored, 2 + 2 * state);
    const bytes = new Uint8Array(buffer, at + first, values.length);
    const map = (state === 0 ? signedMap : unsignedMap).values;
    const scale = (stored.operands[3 + 2 * state] as FloatArray)[stored.offsets[3 + 2 * state] + block];
    for (let i = 0; i < values.length; i++) values[i] = map[bytes[i]] * scale;
  },
  store(stored, state, block, first, values) {
    const [buffer, at] = memory(stored, 2 + 2 * state);
    const bytes = new Uint8Array(buffer, at + first, values.length);
    const { thresholds } = state === 0 ? signedMap : unsignedMap;
    let most = 0;
    for (let i = 0; i < values.length; i++) {
      const x = Math.abs(values[i]);
      if (x > most || Number.isNaN(x)) most = x;
    }
    (stored.operands[3 + 2 * state] as FloatArray)[stored.offsets[3 + 2 * state] + block] = most;
    for (let i = 0; i < values.length; i++) bytes[i] = codeOf(thresholds, most > 0 ? fround(values[i] / most) : 0);
  },
};

const word = new Float32Array(1);
const wordBits = new Uint32Array(word.buffer);

/** The upper half of a float32, rounded to nearest, ties to even. */
const bfloat16: Storage = {
  operands: 1,
  load(stored, state, _block, first, values) {
    const [buffer, at] = memory(stored, 2 + state);
    const halves = new Uint16Array(buffer, at + 2 * first, values.length);
    for (let i = 0; i < values.length; i++) {
      wordBits[0] = halves[i] << 16;
      values[i] = word[0];
    }
  },
  store(stored, state, _block, first, values) {
    const [buffer, at] = memory(stored, 2 + state);
    const halves = new Uint16Array(buffer, at + 2 * first, values.length);
    for (let i = 0; i < values.length; i++) {
      word[0] = values[i];
      const bits = wordBits[0];
      halves[i] = (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
  },
};

const STRIP = 32;
const pad = (n: number): number => Math.ceil(n / 16) * 16;

/** Where element e, counted row by row, lies in a matrix of these dims. */
function placeOf([rows, columns, width, panelled]: Float64Array, e: number): number {
  const i = Math.floor(e / columns);
  const j = e % columns;
  if (panelled !== 1) return i * width + j;
  const strip = j - (j % STRIP);
  return strip * rows + i * Math.min(STRIP, pad(columns) - strip) + (j - strip);
}

/** The op over states stored like that, of the optimizer with that kernel and so many states. */
const withStorage =
  (storage: Storage, step: Kernel): Kernel =>
  (operands, offsets, dims, begin, end) => {
    const states = (operands.length - 3) / storage.operands;
    const [rows, columns, , , size] = dims;
    const parameter = operands[0] as FloatArray;
    const gradient = operands[1] as FloatArray;
    const last = operands.length - 1;
    const stored = { operands, offsets };
    for (let block = begin; block < end; block++) {
      const first = block * size;
      const count = Math.min(size, rows * columns - first);
      const own = Array.from({ length: 2 + states }, () => new FloatArray(count));
      const [p, g, ...values] = own;
      for (let i = 0; i < count; i++) {
        const at = placeOf(dims, first + i);
        p[i] = parameter[offsets[0] + at];
        g[i] = gradient[offsets[1] + at];
      }
      for (let s = 0; s < states; s++) storage.load(stored, s, block, first, values[s]);
      const stepOffsets = new Float64Array(3 + states);
      stepOffsets[2 + states] = offsets[last];
      step([...own, operands[last]], stepOffsets, Float64Array.of(count), 0, Math.ceil(count / 16));
      for (let s = 0; s < states; s++) storage.store(stored, s, block, first, values[s]);
      for (let i = 0; i < count; i++) parameter[offsets[0] + placeOf(dims, first + i)] = p[i];
    }
    return 0;
  };

export const withCodes = (step: Kernel): Kernel => withStorage(codes, step);
export const withBfloat16 = (step: Kernel): Kernel => withStorage(bfloat16, step);
