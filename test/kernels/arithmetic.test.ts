/** The fused multiply-add of the reference path is exact: checked against rational arithmetic. */
import { describe, expect, test } from 'vitest';
import { fma } from '#src/kernels/arithmetic/float32.js';
import { kernels } from '#src/kernels/index.js';
import { generator } from '../support/operands.js';

const double = new Float64Array(1);
const doubleBits = new BigUint64Array(double.buffer);
const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

const MAX = 3.4028234663852886e38;
const LEAST = 2 ** -149;

/** A finite double as mantissa · 2^exponent. */
function parts(x: number): [mantissa: bigint, exponent: number] {
  double[0] = x;
  const bits = doubleBits[0];
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return [bits >> 63n ? -mantissa : mantissa, biased === 0 ? -1074 : biased - 1075];
}

/** a · b + c, exactly, rounded once to float32: nearest, ties to even. */
function exact(a: number, b: number, c: number): number {
  if (![a, b, c].every(Number.isFinite)) return a * b + c;
  const [[ma, ea], [mb, eb], [mc, ec]] = [parts(a), parts(b), parts(c)];
  const exponent = Math.min(ea + eb, ec);
  const sum = ((ma * mb) << BigInt(ea + eb - exponent)) + (mc << BigInt(ec - exponent));
  // Only the signs of zeros decide the sign of an exact zero, which float64 gets right.
  if (sum === 0n) return a * b + c;
  const size = sum < 0n ? -sum : sum;
  const drop = BigInt(Math.max(size.toString(2).length - 24, -149 - exponent, 0));
  const half = drop > 0n ? 1n << (drop - 1n) : 0n;
  const kept = size >> drop;
  const rest = size - (kept << drop);
  const up = drop > 0n && (rest > half || (rest === half && (kept & 1n) === 1n));
  const value = Number(up ? kept + 1n : kept) * 2 ** Math.max(exponent + Number(drop), -1000);
  const rounded = value > MAX ? Infinity : value;
  return sum < 0n ? -rounded : rounded;
}

describe('fma', () => {
  test.each([
    // A tie between two floats, broken by what float64 cannot hold.
    [2 ** -24 + 2 ** -46, 1, 1, 1 + 2 ** -23],
    [2 ** -12, 2 ** -12, 1, 1],
    [2 ** -12 * (1 + 2 ** -23), 2 ** -12 * (1 + 2 ** -23), 1, 1 + 2 ** -23],
    [2 ** -12 * (1 + 2 ** -23), 2 ** -12 * (1 - 2 ** -24), 1, 1 + 2 ** -23],
    [2 ** -12 * (1 - 2 ** -24), 2 ** -12, 1, 1],
    // The same on the odd side, where a tie goes up.
    [2 ** -12, 2 ** -12, 1 + 2 ** -23, 1 + 2 ** -22],
    [2 ** -12 * (1 - 2 ** -24), 2 ** -12, 1 + 2 ** -23, 1 + 2 ** -23],
    // Far below: the product is less than half an ulp of the sum's last place.
    [2 ** -100, 2 ** -30, 1 + 2 ** -23, 1 + 2 ** -23],
    [-(2 ** -24), 2 ** -1, 1, 1],
    [-(2 ** -24), 2 ** -1 * (1 + 2 ** -23), 1, 1 - 2 ** -24],
    // Subnormal results and their ties.
    [2 ** -75, 2 ** -75, 0, 0],
    [2 ** -75, 2 ** -75 * (1 + 2 ** -23), 0, LEAST],
    [2 ** -75, 2 ** -75, LEAST, 2 * LEAST],
    [2 ** -75, 2 ** -75 * (1 - 2 ** -24), LEAST, LEAST],
    [-(2 ** -75), 2 ** -75, LEAST, 0],
    // Overflow: half an ulp above the largest float is infinite, a little less is not.
    [2 ** 103, 1, MAX, Infinity],
    [2 ** 103 * (1 - 2 ** -24), 1, MAX, MAX],
    [-(2 ** 103), 1, -MAX, -Infinity],
    [-(2 ** 103 * (1 - 2 ** -24)), 1, -MAX, -MAX],
    [2 ** 64, 2 ** 64, 0, Infinity],
    [2 ** 64, 2 ** 64, -MAX, 2 ** 104],
    // Zeros keep the sign that IEEE 754 gives them.
    [0, -1, -0, -0],
    [0, 1, -0, 0],
    [1, -1, 1, 0],
    [Infinity, 0, 1, NaN],
    [Infinity, 1, -Infinity, NaN],
    [NaN, 1, 1, NaN],
    [2, 3, Infinity, Infinity],
  ])('fma(%d, %d, %d) = %d', (a, b, c, expected) => {
    const [x, y, z] = [a, b, c].map(Math.fround);
    expect(exact(x, y, z)).toBe(expected);
    expect(fma(x, y, z)).toBe(expected);
    expect(fma(y, x, z)).toBe(expected);
  });

  test('is exact for triples of every kind, and so is a product of matrices', () => {
    const random = generator(7);
    const anything = (): number => {
      floatBits[0] = Math.floor(random() * 4294967296);
      return Number.isFinite(float[0]) ? float[0] : 1;
    };
    const near = (exponent: number, ulps: number): number =>
      Math.fround(
        (random() < 0.5 ? -1 : 1) * 2 ** exponent * (1 + (Math.floor(random() * ulps) - (ulps >> 1)) * 2 ** -23),
      );
    const kinds: (() => [number, number, number])[] = [
      () => [anything(), anything(), anything()],
      () => [2 * random() - 1, 2 * random() - 1, (2 * random() - 1) * 2 ** Math.floor(random() * 60 - 40)],
      // Products of about half an ulp of c.
      () => {
        const e = Math.floor(random() * 200 - 120);
        return [near(e - 12, 9), near(-12, 9), near(e, 9)];
      },
      () => [near(-75, 9), near(-74 - Math.floor(random() * 3), 9), near(-149 + Math.floor(random() * 5), 1)],
      () => [near(103, 9), near(-1 + Math.floor(random() * 2), 9), random() < 0.5 ? MAX : -MAX],
      () => [near(0, 3), near(0, 3), -near(0, 3)],
    ];
    const reference = kernels('reference');
    const [a, b, c] = [new Float32Array(1), new Float32Array(1), new Float32Array(1)];
    let ties = 0;
    for (let i = 0; i < 120_000; i++) {
      const triple = kinds[i % kinds.length]().map(Math.fround);
      const expected = exact(triple[0], triple[1], triple[2]);
      if (!Object.is(Math.fround(triple[0] * triple[1] + triple[2]), expected)) ties++;
      if (!Object.is(fma(triple[0], triple[1], triple[2]), expected)) {
        expect.fail(`fma(${triple.join(', ')}) is ${fma(triple[0], triple[1], triple[2])}, expected ${expected}`);
      }
      [a[0], b[0], c[0]] = triple;
      reference.gemm({ m: 1, n: 1, k: 1, a, b, c, accumulate: true });
      if (!Object.is(c[0], expected))
        expect.fail(`the product of ${triple.join(', ')} is ${c[0]}, expected ${expected}`);
    }
    // Rounding twice gets these wrong: without them this test could not fail.
    expect(ties).toBeGreaterThan(200);
  });
});
