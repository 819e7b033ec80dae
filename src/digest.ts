/**
 * One SHA-256 over named arrays: two trainings agree if it does.
 *
 * For each entry, in code-unit order of names: the name in UTF-8, a zero byte, a byte for the type, the number of dimensions and the
 * dimensions as uint32, the raw values; all little-endian. Types: 0 float32, 1 float64, 2 int32, 3 uint8, 4 int64 (counters, which
 * have no dimensions). NaNs count as one value: 0x7fc00000, in float64 0x7ff8000000000000.
 */
import type { Hash } from 'node:crypto';
import { rangeError } from './errors.ts';
import { builtin } from './package.ts';

export interface DigestArray {
  /** Row-major. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

/** An array, or a counter: a safe integer or a bigint of 64 bits. */
export type DigestEntry = DigestArray | number | bigint;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** @returns 64 hexadecimal digits */
export function digest(entries: Iterable<readonly [name: string, value: DigestEntry]>): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const hash = builtin('node:crypto').createHash('sha256');
  sorted.forEach(([name, value], i) => {
    if (i > 0 && sorted[i - 1][0] === name)
      throw rangeError('ERR_PLUMMET_STATE', `digest: two entries are named "${name}"`);
    hash.update(`${name}\0`, 'utf8');
    if (typeof value === 'object') {
      hash.update(header(value));
      updateValues(hash, value.data);
    } else {
      hash.update(counter(value));
    }
  });
  return hash.digest('hex');
}

function header({ data, shape }: DigestArray): Uint8Array {
  const size = shape.reduce((product, n) => product * n, 1);
  if (size !== data.length) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `digest: the shape [${shape.join(', ')}] does not hold ${data.length} values`,
    );
  }
  const bytes = new DataView(new ArrayBuffer(5 + 4 * shape.length));
  bytes.setUint8(0, typeOf(data));
  bytes.setUint32(1, shape.length, true);
  shape.forEach((n, i) => {
    bytes.setUint32(5 + 4 * i, n, true);
  });
  return new Uint8Array(bytes.buffer);
}

function typeOf(data: DigestArray['data']): number {
  if (data instanceof Float32Array) return 0;
  if (data instanceof Float64Array) return 1;
  return data instanceof Int32Array ? 2 : 3;
}

function counter(value: number | bigint): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(13));
  bytes.setUint8(0, 4);
  bytes.setBigInt64(5, BigInt(value), true);
  return new Uint8Array(bytes.buffer);
}

/** Elements that are copied and made canonical at a time. */
const CHUNK = 16384;

function updateValues(hash: Hash, data: DigestArray['data']): void {
  for (let begin = 0; begin < data.length; begin += CHUNK) {
    // A copy, also because hashing does not take shared memory.
    const part = data.slice(begin, begin + CHUNK);
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    if (part instanceof Float32Array) canonical32(part);
    if (part instanceof Float64Array) canonical64(part);
    if (!LITTLE_ENDIAN && part.BYTES_PER_ELEMENT === 4) bytes.swap32();
    if (!LITTLE_ENDIAN && part.BYTES_PER_ELEMENT === 8) bytes.swap64();
    hash.update(bytes);
  }
}

function canonical32(values: Float32Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if ((words[i] & 0x7fffffff) > 0x7f800000) words[i] = 0x7fc00000;
}

function canonical64(values: Float64Array): void {
  const words = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) if (Number.isNaN(values[i])) words[i] = 0x7ff8000000000000n;
}
