import { describe, expect, it } from 'vitest';
import { cos, exp, expm1, log, log1p, pow, sigmoid, sin, tanh } from '#src/math.js';

const f64 = new Float64Array(1);
const i64 = new BigInt64Array(f64.buffer);
const order = (x: number) => {
  f64[0] = x;
  return i64[0] < 0n ? -(i64[0] & 0x7fffffffffffffffn) : i64[0];
};
/** Distance in representable numbers. */
const ulps = (a: number, b: number) => {
  if (Object.is(a, b)) return 0;
  const d = order(a) - order(b);
  return Number(d < 0n ? -d : d);
};

/** A fixed sequence in [0, 1). */
function* sequence(count: number) {
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield (state + 0.5) / 4294967296;
  }
}

/** Arguments of all magnitudes between low and high, and evenly spread ones. */
function* within(low: number, high: number) {
  for (const u of sequence(20000)) {
    yield low + u * (high - low);
    const small = (u < 0.5 ? low : high) * 2 ** (-60 * u);
    yield small;
  }
}

// What the engine gives is itself off by up to an ulp, so 2 ulp of ours are seen as up to 3.
const cases: [string, (x: number) => number, (x: number) => number, number, number][] = [
  ['exp', exp, Math.exp, -745, 709.7],
  ['expm1', expm1, Math.expm1, -40, 709.7],
  ['log', log, Math.log, 0, 1e300],
  ['log near 1', log, Math.log, 0.7, 1.5],
  ['log1p', log1p, Math.log1p, -0.999999, 10],
  ['tanh', tanh, Math.tanh, -25, 25],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x)), -30, 745],
  ['sin', sin, Math.sin, -1000, 1000],
  ['cos', cos, Math.cos, -1000, 1000],
  ['sin far out', sin, Math.sin, -1048576, 1048576],
];

describe('float64 functions', () => {
  for (const [name, ours, engine, low, high] of cases) {
    it(`${name} is within 3 ulp of the engine's`, () => {
      let worst = 0;
      let where = 0;
      for (const x of within(low, high)) {
        const d = ulps(ours(x), engine(x));
        if (d > worst) [worst, where] = [d, x];
      }
      expect(worst, `at ${where}: ${ours(where)} and ${engine(where)}`).toBeLessThanOrEqual(3);
    });
  }

  it('gives the values at the ends of the range', () => {
    const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: neg } = Number;
    for (const x of [0, -0, nan, inf, neg, 5e-324, -5e-324, 1, -1, 745.13, -745.13, 709.78, 1.7e308]) {
      expect(ulps(exp(x), Math.exp(x)), `exp ${x}`).toBeLessThanOrEqual(1);
      expect(ulps(expm1(x), Math.expm1(x)), `expm1 ${x}`).toBeLessThanOrEqual(1);
      expect(ulps(log(x), Math.log(x)), `log ${x}`).toBeLessThanOrEqual(1);
      expect(ulps(log1p(x), Math.log1p(x)), `log1p ${x}`).toBeLessThanOrEqual(1);
      expect(ulps(tanh(x), Math.tanh(x)), `tanh ${x}`).toBeLessThanOrEqual(1);
    }
    expect(exp(710)).toBe(inf);
    expect(exp(-746)).toBe(0);
    expect(sigmoid(neg)).toBe(0);
    expect(sigmoid(inf)).toBe(1);
    expect(sin(-0)).toBe(-0);
    expect(sin(inf)).toBeNaN();
    expect(cos(nan)).toBeNaN();
    expect(() => sin(1e7)).toThrow(RangeError);
  });

  it('is exact where the answer is', () => {
    expect(exp(0)).toBe(1);
    expect(log(1)).toBe(0);
    expect(log(2 ** -1074)).toBe(Math.log(2 ** -1074));
    expect(cos(0)).toBe(1);
    expect(sigmoid(0)).toBe(0.5);
    // The double nearest to π is off by 1.2246467991473532e-16, and the sine shows it.
    expect(sin(Math.PI)).toBe(1.2246467991473532e-16);
    expect(cos(Math.PI / 2)).toBe(6.123233995736766e-17);
  });
});

describe('pow', () => {
  /** xⁿ in exact integer arithmetic, rounded to nearest. */
  function exact(x: number, n: number): number {
    let k = 0;
    let m = x;
    while (m % 1 !== 0) [m, k] = [m * 2, k - 1];
    const numerator = BigInt(m) ** BigInt(n);
    const bits = numerator.toString(2).length;
    const drop = BigInt(Math.max(0, bits - 64));
    const sticky = (numerator >> drop) << drop === numerator ? 0n : 1n;
    return Number((numerator >> drop) | sticky) * 2 ** (k * n + Number(drop));
  }

  it('is the rounded power, for large exponents too', () => {
    for (const [x, n] of [
      [0.9, 1],
      [0.9, 2],
      [0.9, 10],
      [0.9, 17],
      [1.1, 100],
      [0.999, 7],
      [3, 33],
      [1.5, 64],
      [0.999, 18],
    ]) {
      expect(ulps(pow(x, n), exact(x, n)), `${x} ^ ${n}`).toBeLessThanOrEqual(1);
    }
  });

  it('follows the language for zeros, infinities and signs', () => {
    const values = [0, -0, 1, -1, 2, -2, 0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    for (const x of values) for (const n of [-3, -2, -1, 0, 1, 2, 3]) expect(pow(x, n), `${x} ^ ${n}`).toBe(x ** n);
    expect(pow(2, 1024)).toBe(Number.POSITIVE_INFINITY);
    expect(pow(2, -1074)).toBe(5e-324);
    expect(pow(2, -1080)).toBe(0);
    expect(pow(0.1, 300)).toBeCloseTo(1e-300, 310);
    expect(pow(1e-200, 2)).toBe(0);
    // Results far below the least number, by a little and by much.
    for (let n = 300; n < 800; n++) expect(pow(0.1, n), `0.1 ^ ${n}`).toBeLessThanOrEqual(n > 323 ? 0 : 1e-299);
    for (let n = 1000; n < 2500; n++) expect(pow(2, -n), `2 ^ -${n}`).toBe(2 ** -n);
    expect(pow(1 - 2 ** -53, 2 ** 53 - 1)).toBeCloseTo(Math.exp(-1), 15);
    expect(() => pow(2, 0.5)).toThrow(RangeError);
  });

  it('has no error that grows with the exponent', () => {
    const FRACTION = 400n;
    /** By squaring, in fixed point with 400 bits behind the point. */
    const fixed = (x: number, n: number): number => {
      let base = BigInt(x * 2 ** 60) << (FRACTION - 60n);
      let result = 1n << FRACTION;
      for (let left = BigInt(n); left > 0n; left >>= 1n) {
        if (left & 1n) result = (result * base) >> FRACTION;
        base = (base * base) >> FRACTION;
      }
      return Number(result >> (FRACTION - 60n)) / 2 ** 60;
    };
    for (const [x, n] of [
      [0.999999, 1000000],
      [1 + 2 ** -20, 2 ** 20],
      [0.9999, 12345],
      [1 - 2 ** -30, 3 * 10 ** 9],
      [1.0001, 20000],
    ]) {
      expect(ulps(pow(x, n), fixed(x, n)), `${x} ^ ${n}`).toBeLessThanOrEqual(1);
    }
  });
});
