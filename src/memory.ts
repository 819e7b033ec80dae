/**
 * Memory that Plummet owns and threads work in: on SharedArrayBuffers, which cannot be detached or transferred while a
 * thread runs over them. Each array begins a line of 64 bytes and has its last one for itself, so that vectors do not
 * straddle lines and threads do not meet on one by chance.
 */
import { rangeError } from './errors.ts';
import { loadAddon } from './kernels/native.ts';

const LINE = 64;

/** @throws `ERR_PLUMMET_SHAPE` where the engine has not so much. */
function sharedMemory(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `there is no memory for ${bytes} bytes in one piece; use fewer units, smaller batches or fewer rows`,
      { cause },
    );
  }
}

/** Memory with room for so many bytes, and where in it a line begins. Only the addon can tell, and only it gains. */
function lines(bytes: number): [memory: SharedArrayBuffer, offset: number] {
  const addon = bytes === 0 ? null : loadAddon().addon;
  const room = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
  const memory = sharedMemory(room + (addon ? LINE : 0));
  const past = addon ? addon.misalignment(new Uint8Array(memory)) : 0;
  return [memory, past === 0 ? 0 : LINE - past];
}

export const sharedFloats = (length: number): Float32Array => new Float32Array(...lines(length * 4), length);

export const sharedDoubles = (length: number): Float64Array => new Float64Array(...lines(length * 8), length);

export const sharedInts = (length: number): Int32Array => new Int32Array(...lines(length * 4), length);

export const sharedBytes = (length: number): Uint8Array => new Uint8Array(...lines(length), length);

/** `held` where it is long enough, else a longer one. What it held is lost. */
export const atLeast = (held: Float32Array, length: number): Float32Array =>
  held.length >= length ? held : sharedFloats(length);
