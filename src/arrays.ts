/** Typed arrays as people hand them over, and shared memory to copy them to. */
import { describe, rangeError, typedArrayName, typeError } from './errors.ts';

/** The typed arrays whose elements are numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

const numeric = /^(Float(32|64)|U?[Ii]nt(8|16|32)|Uint8Clamped)Array$/;

export function isNumberArray(value: unknown): value is NumberArray {
  const name = typedArrayName(value);
  return name !== undefined && numeric.test(name);
}

export const isFloat32Array = (value: unknown): value is Float32Array => typedArrayName(value) === 'Float32Array';

/** Whether the memory under a typed array has been transferred away. Its length then reads 0, which alone proves nothing. */
export function isDetached(array: NumberArray): boolean {
  if (array.length > 0) return false;
  try {
    new Uint8Array(array.buffer, 0, 0);
    return false;
  } catch {
    return true;
  }
}

export function checkAttached(who: string, name: string, array: NumberArray): void {
  if (!isDetached(array)) return;
  throw typeError(
    'ERR_PLUMMET_DETACHED',
    `${who}: the memory of ${name} was transferred to another thread or detached; pass a copy to postMessage instead`,
  );
}

/** Checks that a value is a Float32Array with its memory in place. */
export function float32Array(who: string, name: string, value: unknown): Float32Array {
  if (!isFloat32Array(value)) {
    throw typeError('ERR_PLUMMET_TYPE', `${who}: ${name} must be a Float32Array, got ${describe(value)}`);
  }
  checkAttached(who, name, value);
  return value;
}

/** In shared memory whose size is fixed: it can neither be detached nor shrink while another thread works on it. */
export function isShared(array: NumberArray): boolean {
  const buffer = array.buffer;
  return buffer instanceof SharedArrayBuffer && !(buffer as { growable?: boolean }).growable;
}

export const sharedFloat32 = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));
export const sharedInt32 = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
export const sharedUint8 = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));

/** The same numbers as float32, each rounded once; the array itself where it already is that. */
export function toFloat32(who: string, name: string, array: NumberArray): Float32Array {
  if (isFloat32Array(array)) return array;
  const floats = Float32Array.from(array);
  checkFits(who, name, array, floats);
  return floats;
}

/** A finite number too large for float32 would silently become infinite. */
export function checkFits(who: string, name: string, array: NumberArray, floats: Float32Array): void {
  if (typedArrayName(array) !== 'Float64Array') return;
  for (let i = 0; i < floats.length; i++) {
    if (Number.isFinite(array[i]) && !Number.isFinite(floats[i])) {
      throw rangeError(
        'ERR_PLUMMET_TYPE',
        `${who}: ${name} holds ${array[i]} (at ${i}), which is too large for float32`,
      );
    }
  }
}
