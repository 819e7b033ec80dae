/** The arithmetic of float32.ts in float64, for the kernels derived from the reference kernels. One rounding is not at stake here. */
export { exp, log, log1p, sigmoid, tanh } from '../../math.ts';

export type FloatArray = Float64Array;
export const FloatArray = Float64Array;

export const fround = (x: number): number => x;

/** There is no tie: nothing masked is 1. */
export const TIE_MASK = 0;
export const TIE = 1;

export const fma = (a: number, b: number, c: number): number => a * b + c;
