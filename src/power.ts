/** Powers with any exponent, in float64, the same bits in every engine. */
import { expSum, LN2_HIGH, LN2_LOW, pow, product, split } from './math.ts';

/** 2/3 and what it lacks of two thirds; 2 / (2 n + 5), for n = 0 … 10: the rest of the series of the logarithm. */
const TWO_THIRDS = 2 / 3;
const TWO_THIRDS_LOW = 3.700743415417188e-17;
const REST = Array.from({ length: 11 }, (_, n) => 2 / (2 * n + 5));

/** log(x) of a positive finite x as a sum of two numbers, good to about 2⁻⁶⁵ of it. */
function logSum(x: number): readonly [number, number] {
  const { f, k } = split(x);
  // s = f / (2 + f); 2 + f may round, and so does the quotient: both are made up for.
  const d = 2 + f;
  const lost = f - (d - 2);
  const s = f / d;
  const back = product(s, d);
  const sLow = (f - back.high - back.low - s * lost) / d;
  // log(1 + f) = 2 s + s (2/3 z + z² rest(z)), with z = s².
  const square = product(s, s);
  const z = square.high;
  const zLow = square.low + 2 * s * sLow;
  let rest = REST[REST.length - 1];
  for (let i = REST.length - 2; i >= 0; i--) rest = rest * z + REST[i];
  const third = product(TWO_THIRDS, z);
  const tail = third.low + (TWO_THIRDS_LOW * z + TWO_THIRDS * zLow) + z * z * rest;
  const cubic = product(s, third.high);
  const cubicLow = cubic.low + sLow * third.high + s * tail;
  // Their sum, and that with k ln 2: largest first, each with what its rounding loses.
  const [a, aLow] = sum(2 * s, cubic.high);
  const ln2 = product(k, LN2_LOW);
  const [b, bLow] = sum(k * LN2_HIGH, a);
  const [c, cLow] = sum(b, ln2.high);
  return sum(c, cLow + bLow + (aLow + (2 * sLow + cubicLow + ln2.low)));
}

/** a + b and what its rounding loses. */
function sum(a: number, b: number): [number, number] {
  const high = a + b;
  const v = high - a;
  return [high, a - (high - v) + (b - v)];
}

/**
 * y ↦ xʸ for x ≥ 0, within 1 ulp; the logarithm is taken once. 0⁰ is 1, as in the language.
 */
export function powers(x: number): (y: number) => number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return (y) => edge(x, y);
  if (x === 1) return (y) => (Number.isNaN(y) ? y : 1);
  const [high, low] = logSum(x);
  return (y) => {
    if (!(y - y === 0)) return edge(x, y);
    const e = product(y, high);
    // Where the product leaves the range of what can be split there is nothing to be precise about.
    return e.low - e.low === 0 ? expSum(e.high, e.low + y * low) : expSum(y * high, 0);
  };
}

/** What has no logarithm, or no end. */
function edge(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y) || x < 0) return Number.NaN;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return (x === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
}

/** xʸ for x ≥ 0: exact in the last bit but one; whole exponents go through `pow`, roots through √. */
export function power(x: number, y: number): number {
  if (y === 0.5 && x >= 0) return Math.sqrt(x);
  return Number.isSafeInteger(y) ? pow(x, y) : powers(x)(y);
}
