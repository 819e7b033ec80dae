import { describe, expect, it } from 'vitest';
import { pow } from '#src/math.js';
import { power, powers } from '#src/power.js';
import { generator } from '../support/operands.ts';

const f64 = new Float64Array(1);
const i64 = new BigInt64Array(f64.buffer);
const bits = (x: number): bigint => {
  f64[0] = x;
  return i64[0];
};
const ulps = (a: number, b: number): number => Number(bits(a) - bits(b)) * Math.sign(Number(bits(a) - bits(b)) || 1);

describe('powers', () => {
  it('agree with products for whole exponents, over the whole range', () => {
    const random = generator(5);
    let worst = 0;
    for (let i = 0; i < 20_000; i++) {
      const x = [0.5 + random(), 4 * random(), 1 + (random() - 0.5) * 1e-3][i % 3];
      const limit = 700 / Math.abs(Math.log(x));
      const n = Math.floor(Math.min(limit, 1e9) * (2 * random() - 1));
      worst = Math.max(worst, ulps(powers(x)(n), pow(x, n)));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('agree with the square root, and with themselves taken apart', () => {
    const random = generator(6);
    let [root, cube] = [0, 0];
    for (let i = 0; i < 20_000; i++) {
      const x = 2 ** (2 * random() - 1);
      root = Math.max(root, ulps(powers(x)(0.5), Math.sqrt(x)));
      // The cube of a cube root: three times its ulp, and the rounding of two products.
      const third = powers(x)(1 / 3);
      cube = Math.max(cube, Math.abs(third * third * third - x) / x);
    }
    expect(root).toBeLessThanOrEqual(1);
    expect(cube).toBeLessThan(8 * 2 ** -53);
  });

  it("are within 2 ulp of the engine's", () => {
    const random = generator(7);
    let worst = 0;
    for (let i = 0; i < 50_000; i++) {
      const x = 2 ** (40 * random() - 20);
      const y = (random() - 0.5) * (i % 2 ? 40 : 4);
      worst = Math.max(worst, ulps(powers(x)(y), x ** y));
    }
    expect(worst).toBeLessThanOrEqual(2);
  });

  it('follow the language at the ends', () => {
    const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: neg, NaN: nan } = Number;
    for (const x of [0, 1e-310, 0.3, 2, 1e300, inf, nan]) {
      for (const y of [0, 1, -1, 0.5, 2.5, -2.5, 1e300, -1e300, inf, neg, nan]) {
        if (x === 1) continue;
        const [ours, theirs] = [powers(x)(y), x ** y];
        if (Number.isNaN(theirs)) expect(ours, `${x} ^ ${y}`).toBeNaN();
        else expect(ulps(ours, theirs), `${x} ^ ${y}: ${ours}, ${theirs}`).toBeLessThanOrEqual(1);
      }
    }
    expect(powers(-2)(0.5)).toBeNaN();
    expect(powers(1)(1e300)).toBe(1);
    expect(powers(1)(nan)).toBeNaN();
  });

  it('take the shorter way where there is one', () => {
    expect(power(0.7, 0.5)).toBe(Math.sqrt(0.7));
    expect(power(0.7, 3)).toBe(pow(0.7, 3));
    expect(power(0.7, 1.5)).toBe(powers(0.7)(1.5));
    expect(power(0, 2)).toBe(0);
  });
});
