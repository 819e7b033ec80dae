/** The one test of equality for results: the same bits, after every NaN has become the same NaN. −0 and +0 differ. */
import { expect } from 'vitest';

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

const float = new Float32Array(1);
const double = new Float64Array(1);
const word = new Uint32Array(float.buffer);
const words = new Uint32Array(double.buffer);

function bitsOf(array: Numbers, i: number): string {
  const value = array[i];
  if (Number.isNaN(value)) return 'NaN';
  if (array instanceof Float64Array) {
    double[0] = value;
    return `${words[1].toString(16).padStart(8, '0')}${words[0].toString(16).padStart(8, '0')}`;
  }
  if (!(array instanceof Float32Array)) return String(value);
  float[0] = value;
  return word[0].toString(16).padStart(8, '0');
}

/** Whether two values are the same to the bit, all NaNs being one. */
const same = (x: number, y: number): boolean => Object.is(x, y);

/** Fails where two arrays differ in type, in length or in a bit; `what` says of what. */
export function expectSameBits(actual: Numbers, expected: Numbers, what = 'the array'): void {
  if (actual.constructor !== expected.constructor || actual.length !== expected.length) {
    const sizes = [actual, expected].map((array) => `${array.constructor.name} of ${array.length}`);
    expect.fail(`${what} is a ${sizes[0]}, expected a ${sizes[1]}`);
  }
  for (let i = 0; i < expected.length; i++) {
    if (same(actual[i], expected[i])) continue;
    expect.fail(
      `${what} differs at ${i} of ${expected.length}: ${actual[i]} (${bitsOf(actual, i)}), expected ${expected[i]} (${bitsOf(expected, i)})`,
    );
  }
}
