/** Products of the reference path leave out zeros and find ties in bits: where that would be wrong they must not. */
import { describe, expect, test } from 'vitest';
import { fma } from '#src/kernels/arithmetic/float32.js';
import { kernels } from '#src/kernels/index.js';
import { expectSameBits } from '../support/bits.js';
import { generator } from '../support/operands.js';

const { gemm } = kernels('reference');
const random = generator(11);
const ordinary = (): number => 2 * random() - 1;
const sparse = (): number => (random() < 0.7 ? 0 : ordinary());
const minusZeros = (): number => (random() < 0.7 ? -0 : ordinary());
const sign = (): number => (random() < 0.5 ? 1 : -1);
/** Products of an `above` and a `below` are a little less than `size` squared: added to an odd number of twice that, almost a tie. */
const above = (size: number) => () => size * (1 + 2 ** -23);
const below = (size: number) => () => size * (1 - 2 ** -23);
const odd = (unit: number, from: number) => () => unit * (from + 2 * Math.floor(random() * 1e5) + 1);
const tiny = (): number => (random() < 0.5 ? 0 : ordinary() * 1e-30);
const huge = (): number => ordinary() * 3e38;
const once = (value: number, otherwise: () => number): (() => number) => {
  let left = 5;
  return () => (left-- === 0 ? value : otherwise());
};

describe('gemm gives the chain of fused multiply-adds', () => {
  test.each<[string, () => number, () => number, () => number]>([
    ['zeros on the left', sparse, ordinary, ordinary],
    ['zeros on either side', minusZeros, sparse, sparse],
    ['zeros beside infinity', sparse, once(Infinity, ordinary), ordinary],
    ['zeros beside NaN', sparse, once(NaN, ordinary), ordinary],
    ['infinity on the left', once(-Infinity, sparse), sparse, ordinary],
    ['results that begin as −0', sparse, sparse, () => -0],
    ['results that become −0', tiny, tiny, () => 0],
    ['sums that float64 rounds to a tie', above(2 ** -12), below(2 ** -12), odd(2 ** -23, 2 ** 23)],
    ['the same below the normal numbers', above(2 ** -75), below(2 ** -75), odd(2 ** -149, 2 ** 22)],
    ['ties everywhere', sign, ordinary, ordinary],
    ['overflow', huge, huge, huge],
  ])('with %s', (_name, left, right, begin) => {
    // More than one block, group of panels and stretch of k, and multiples of nothing.
    for (const [m, n, k] of [
      [1, 1, 1],
      [7, 9, 5],
      [50, 133, 11],
      [3, 37, 259],
    ]) {
      const [a, b, c] = [
        Float32Array.from({ length: m * k }, left),
        Float32Array.from({ length: k * n }, right),
        Float32Array.from({ length: m * n }, begin),
      ];
      const expected = c.map((value, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = value;
        for (let p = 0; p < k; p++) sum = fma(a[i * k + p], b[p * n + j], sum);
        return sum;
      });
      gemm({ m, n, k, a, b, c, accumulate: true });
      expectSameBits(c, expected, `${m} × ${n} × ${k}`);
    }
  });

  test('these cases reach what they are about', () => {
    expect(Object.is(fma(-1e-30, 1e-30, 0), -0)).toBe(true);
    for (const [size, begin] of [
      [2 ** -12, odd(2 ** -23, 2 ** 23)()],
      [2 ** -75, odd(2 ** -149, 2 ** 22)()],
    ]) {
      const [a, b] = [above(size)(), below(size)()];
      expect(fma(a, b, begin)).toBe(begin);
      expect(Math.fround(a * b + begin)).not.toBe(begin);
    }
  });
});
