/**
 * Memory that threads work in: on SharedArrayBuffers, which cannot be detached or transferred while a thread runs over
 * them. Each array has whole cache lines for itself, so that threads do not meet on a line by chance.
 */
import { sharedMemory } from '../arrays.ts';

const LINE = 64;

const lines = (bytes: number): SharedArrayBuffer => sharedMemory(Math.max(LINE, Math.ceil(bytes / LINE) * LINE));

export const sharedFloats = (length: number): Float32Array => new Float32Array(lines(length * 4), 0, length);

export const sharedDoubles = (length: number): Float64Array => new Float64Array(lines(length * 8), 0, length);

export const sharedInts = (length: number): Int32Array => new Int32Array(lines(length * 4), 0, length);

/** `held` where it is long enough, else a longer one. What it held is lost. */
export const atLeast = (held: Float32Array, length: number): Float32Array =>
  held.length >= length ? held : sharedFloats(length);
