/** Typed arrays as people hand them over. */
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

// The getters of the language itself: an array, or its buffer, may have properties of these names that say something else.
const getter = <T>(prototype: object, name: string) => {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (object: object): T => get?.call(object) as T;
};
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
export const lengthOf = getter<number>(typedArray, 'length');
export const bufferOf = getter<ArrayBufferLike>(typedArray, 'buffer');
export const byteOffsetOf = getter<number>(typedArray, 'byteOffset');
export const byteLengthOf = getter<number>(typedArray, 'byteLength');
const resizable = getter<boolean | undefined>(ArrayBuffer.prototype, 'resizable');
const growable = getter<boolean | undefined>(SharedArrayBuffer.prototype, 'growable');

/** Whether the memory may grow or shrink. */
export function isResizable(buffer: ArrayBufferLike): boolean {
  try {
    return resizable(buffer) === true;
  } catch {
    return growable(buffer) === true; // the other getter takes no shared memory
  }
}

const constructors = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
};

/** Whether an array is of this realm, of no subclass, and without properties that hide those of the language. */
export const isPlain = (array: NumberArray): boolean =>
  Object.getPrototypeOf(array) === constructors[typedArrayName(array) as keyof typeof constructors].prototype &&
  !Object.hasOwn(array, 'length') &&
  !Object.hasOwn(array, 'buffer') &&
  !Object.hasOwn(array, 'byteOffset') &&
  !Object.hasOwn(array, 'byteLength');

/** The array itself where it is plain, else a plain one over the same memory, which is there. */
export function plain<T extends NumberArray>(array: T): T {
  if (isPlain(array)) return array;
  const Plain = constructors[typedArrayName(array) as keyof typeof constructors];
  return new Plain(bufferOf(array) as ArrayBuffer, byteOffsetOf(array), lengthOf(array)) as T;
}

export const isFloat32Array = (value: unknown): value is Float32Array => typedArrayName(value) === 'Float32Array';

export const isInt32Array = (value: unknown): value is Int32Array => typedArrayName(value) === 'Int32Array';

/** Whether the memory under a typed array has been transferred away. Its length then reads 0, which alone proves nothing. */
export function isDetached(array: NumberArray): boolean {
  if (lengthOf(array) > 0) return false;
  try {
    new Uint8Array(bufferOf(array), 0, 0);
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
  return plain(value);
}

/** Checks that a value is a Uint8Array with its memory in place. */
export function bytes(who: string, name: string, value: unknown): Uint8Array {
  if (typedArrayName(value) !== 'Uint8Array') {
    throw typeError('ERR_PLUMMET_TYPE', `${who}: ${name} must be a Uint8Array, got ${describe(value)}`);
  }
  checkAttached(who, name, value as Uint8Array);
  return plain(value as Uint8Array);
}

/** In shared memory whose size is fixed: it can neither be detached nor shrink while another thread works on it. */
export function isShared(array: NumberArray): boolean {
  const buffer = bufferOf(array);
  return buffer instanceof SharedArrayBuffer && !isResizable(buffer);
}

/** The same numbers as float32, each rounded once; the array itself where it already is that. */
export function toFloat32(who: string, name: string, array: NumberArray): Float32Array {
  if (isFloat32Array(array)) return array;
  const floats = new Float32Array(array);
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
