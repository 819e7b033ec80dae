/** The arithmetic of the reference kernels: float32, each operation rounded once. Its twin for float64 has the same names. */
export { exp, log, log1p, sigmoid, tanh } from '../reference/transcendentals.ts';

export type FloatArray = Float32Array;
export const FloatArray = Float32Array;

export const fround = Math.fround;

/**
 * A double times these is at least one double above it, below it (away from and towards zero). Where a double-precision sum s
 * has the same float32 on both sides, that float32 is also the rounding of the exact sum, which is at most half a double away.
 */
const UP = 1 + 2 * Number.EPSILON;
const DOWN = 1 - 2 * Number.EPSILON;

/** A normal float64 is on a tie between two normal float32s where the low half of its bits, masked, is this. */
export const TIE_MASK = 0x1fffffff;
export const TIE = 0x10000000;

/** The largest float32, and the tie between it and the next power of two. */
const MAX = 3.4028234663852886e38;
const OVERFLOW_TIE = 3.4028235677973366e38;

/**
 * a · b + c with one rounding, for float32 values. The product is exact in float64, so only the sum rounds, and rounding it
 * again to float32 goes wrong only where it stands on a tie between two float32s without being exact.
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const up = fround(sum * UP);
  const down = fround(sum * DOWN);
  if (up === down) return up;
  const rounded = fround(sum);
  // What the double-precision sum lost (Knuth's TwoSum): exact.
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  if (lost > 0) {
    if (sum === -OVERFLOW_TIE) return -MAX;
    const other = sum + (sum - rounded);
    return fround(other) === other && other > rounded ? other : rounded;
  }
  if (lost < 0) {
    if (sum === OVERFLOW_TIE) return MAX;
    const other = sum + (sum - rounded);
    return fround(other) === other && other < rounded ? other : rounded;
  }
  return rounded;
}
