/**
 * Elementary functions in float64 that give the same bits in every engine: they use only + − × ÷ √ and the bits of a number, while
 * the engine's own differ between versions. Errors stay below 2 ulp; what TypeScript computes alone (initial weights,
 * tables of scalars) goes through here. Kernels have their own in float32.
 */

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);
/** Where the upper half of a double lies. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** 2ⁿ for −1022 ≤ n ≤ 1023. */
function power(n: number): number {
  words[HIGH] = (n + 1023) << 20;
  words[1 - HIGH] = 0;
  return doubles[0];
}

/** x · 2ⁿ, rounded once, for any integer n. */
function scale(x: number, n: number): number {
  if (n > 2200) return x * power(1023) * power(1023) * power(1023);
  if (n < -2200) return x * 0;
  let [y, left] = [x, n];
  while (left > 1023) [y, left] = [y * power(1023), left - 1023];
  // Only the last multiplication may round: what comes before it stays within the normal range.
  while (left < -1022) {
    const first = left + 1022 < -1022 ? -1022 : left + 1022;
    y *= power(first);
    left -= first;
  }
  return y * power(left);
}

/** c[0] + c[1] x + c[2] x² … */
function polynomial(x: number, c: readonly number[]): number {
  let sum = c[c.length - 1];
  for (let i = c.length - 2; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

/** ln 2 in two parts: the first has 40 bits, so that its product with an exponent is exact. */
export const LN2_HIGH = 0.6931471805592082;
export const LN2_LOW = 7.371002565167799e-13;
const LOG2_E = 1 / LN2_HIGH;

/** 1 / (n + 2)!, for n = 0 … 12: what (eʳ − 1 − r) / r² is made of. */
const EXPM1 = (() => {
  const c = [];
  for (let n = 2, factorial = 2; n <= 14; n++, factorial *= n) c.push(1 / factorial);
  return c;
})();

/** e^x − 1 for x = k ln 2 + r, |r| ≤ ln 2 / 2, left as its parts. */
function reduced(x: number, k: number): number {
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const lost = high - r - low;
  return r + (r * r * polynomial(r, EXPM1) + lost);
}

/** eˣ. */
export function exp(x: number): number {
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  if (Number.isNaN(x)) return x;
  const k = Math.round(x * LOG2_E);
  return scale(1 + reduced(x, k), k);
}

/** e^(high + low), where low is so small that only its first order matters. */
export function expSum(high: number, low: number): number {
  if (!(high < 709.79 && high > -745.2)) return exp(high);
  const k = Math.round(high * LOG2_E);
  const e = reduced(high, k);
  return scale(1 + (e + (low + low * e)), k);
}

/** eˣ − 1, also accurate near 0. */
export function expm1(x: number): number {
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -40) return -1;
  if (Number.isNaN(x) || x === 0) return x;
  const k = Math.round(x * LOG2_E);
  const e = reduced(x, k);
  if (k === 0) return e;
  return k < 60 ? scale(e + (1 - power(-k)), k) : scale(1 + e, k);
}

/** 2 / (2 n + 3), for n = 0 … 11: the series of log((1 + s) / (1 − s)) after its first term. */
const LOG = Array.from({ length: 12 }, (_, n) => 2 / (2 * n + 3));

/** `polynomial(x, c)` for eight and for twelve coefficients: without a loop the engine has them fast much sooner. */
const eight = (x: number, c: readonly number[]): number =>
  ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
const twelve = (x: number, c: readonly number[]): number => {
  const upper = ((c[11] * x + c[10]) * x + c[9]) * x + c[8];
  return (((((((upper * x + c[7]) * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
};

/** log(1 + f) + k ln 2 + low, for 1 + f between √½ and √2; low is a small correction to the sum. */
function logarithm(f: number, k: number, low: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const half = 0.5 * f * f;
  // log(1 + f) = 2 s + s R = f − (f²/2 − s (f²/2 + R)): f itself is exact, and what is subtracted is small.
  const rest = s * (half + z * twelve(z, LOG));
  return k * LN2_HIGH - (half - (rest + (k * LN2_LOW + low)) - f);
}

const TWO_52 = 4503599627370496;

/** Splits a positive finite x: x = (1 + f) 2ᵏ with 1 + f between √½ and √2. */
export function split(x: number): { f: number; k: number } {
  let k = -1023;
  doubles[0] = x;
  if (words[HIGH] < 0x00100000) {
    k -= 52;
    doubles[0] = x * TWO_52;
  }
  k += words[HIGH] >>> 20;
  words[HIGH] = (words[HIGH] & 0x000fffff) | 0x3ff00000;
  let m = doubles[0];
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  return { f: m - 1, k };
}

/** The natural logarithm. */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { f, k } = split(x);
  return logarithm(f, k, 0);
}

/** log(1 + x), also accurate near 0. */
export function log1p(x: number): number {
  if (x === -1) return Number.NEGATIVE_INFINITY;
  if (!(x > -1)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x > -0.29 && x < 0.41) return x === 0 ? x : logarithm(x, 0, 0);
  const u = 1 + x;
  // What the addition lost.
  const c = x > 1 ? 1 - (u - x) : x - (u - 1);
  const { f, k } = split(u);
  return logarithm(f, k, c / u);
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  const a = x < 0 ? -x : x;
  if (!(a > 0)) return x;
  let y = 1;
  if (a < 22) {
    if (a >= 1) {
      y = 1 - 2 / (expm1(2 * a) + 2);
    } else {
      const e = expm1(-2 * a);
      y = -e / (e + 2);
    }
  }
  return x < 0 ? -y : y;
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** π/2 in four parts; the first three have 33 bits each, so that their products with k < 2²⁰ are exact. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];

const alternating = (first: number) => {
  const c = [];
  for (let n = first, factorial = n === 3 ? 6 : 24, sign = n === 3 ? -1 : 1; n <= first + 14; n += 2) {
    c.push(sign / factorial);
    factorial *= (n + 1) * (n + 2);
    sign = -sign;
  }
  return c;
};
/** −1/3!, 1/5! … and 1/4!, −1/6! … */
const SIN = alternating(3);
const COS = alternating(4);

/** sin(r + low) for |r| ≤ π/4. */
function sinOf(r: number, low: number): number {
  const z = r * r;
  return r + (r * z * eight(z, SIN) + low * (1 - 0.5 * z));
}

/** cos(r + low) for |r| ≤ π/4. */
function cosOf(r: number, low: number): number {
  const z = r * r;
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * z * eight(z, COS) - r * low));
}

/** What is left of an angle after whole quarters, in two parts. */
const rest = new Float64Array(2);

/** Takes whole quarters off an angle; returns how many. */
function quartersOf(x: number): number {
  if (x > 1048576 || x < -1048576) throw new RangeError(`sin and cos are defined for |x| ≤ 2^20 here, got ${x}`);
  const k = Math.round(x * (2 / Math.PI));
  let high = x;
  let low = 0;
  for (let i = 0; i < 4; i++) {
    // The sum of high and −k · part, and exactly what its rounding loses.
    const b = -k * HALF_PI[i];
    const sum = high + b;
    const v = sum - high;
    low += high - (sum - v) + (b - v);
    high = sum;
  }
  const r = high + low;
  rest[0] = r;
  rest[1] = high - r + low;
  return k;
}

/** sin(r + low + quarters · π/2). */
function turned(r: number, low: number, quarters: number): number {
  const value = (quarters & 1) === 0 ? sinOf(r, low) : cosOf(r, low);
  return (quarters & 2) === 0 ? value : -value;
}

/** sin(x + quarters · π/2). */
function circular(x: number, quarters: number): number {
  if (!(x - x === 0)) return Number.NaN;
  const k = quartersOf(x);
  return turned(rest[0], rest[1], k + quarters);
}

/** The cosine and the sine of |x| ≤ 2²⁰, both from one reduction, times a radius: the same as one after the other. */
export function polar(radius: number, x: number, out: Float64Array, at: number): void {
  if (x === 0 || !(x - x === 0)) {
    out[at] = radius * cos(x);
    out[at + 1] = radius * sin(x);
    return;
  }
  const k = quartersOf(x);
  const r = rest[0];
  const low = rest[1];
  out[at] = radius * turned(r, low, k + 1);
  out[at + 1] = radius * turned(r, low, k);
}

/** The sine, for |x| ≤ 2²⁰. */
export const sin = (x: number): number => (x === 0 ? x : circular(x, 0));

/** The cosine, for |x| ≤ 2²⁰. */
export const cos = (x: number): number => circular(x, 1);

/** Splits a double with a 26-bit head: their products are exact. */
const SPLITTER = 134217729;

/** xⁿ for a safe integer n. The product is carried in twice the precision, so that its error does not grow with n. */
export function pow(x: number, n: number): number {
  if (!Number.isSafeInteger(n)) throw new RangeError(`pow takes safe integers as exponents here, got ${n}`);
  if (n === 0) return 1;
  if (Number.isNaN(x)) return x;
  const odd = n % 2 !== 0;
  const a = x < 0 ? -x : x;
  const negative = odd && (x < 0 || Object.is(x, -0));
  if (a === 0 || a === Number.POSITIVE_INFINITY) {
    const y = (a === 0) === n > 0 ? 0 : Number.POSITIVE_INFINITY;
    return negative ? -y : y;
  }
  const { f, k } = split(a);
  let base: Wide = { high: 1 + f, low: 0, exponent: k };
  let result: Wide = { high: 1, low: 0, exponent: 0 };
  // Halving by division: n may have more than 32 bits.
  for (let left = n < 0 ? -n : n; ; ) {
    if (left % 2 === 1) result = times(result, base);
    left = Math.floor(left / 2);
    if (left === 0) break;
    base = times(base, base);
  }
  let { high, low, exponent } = result;
  if (n < 0) {
    const q = 1 / high;
    // One Newton step: 1 − q · (high + low), whose first product is exact.
    const { high: p, low: e } = product(q, high);
    low = q * (1 - p - e - q * low);
    high = q;
    exponent = -exponent;
  }
  const y = scale(high + low, exponent);
  return negative ? -y : y;
}

/** (high + low) · 2^exponent, with high between ½ and 2. */
interface Wide {
  readonly high: number;
  readonly low: number;
  readonly exponent: number;
}

/** a · b without error, as a sum. */
export function product(a: number, b: number): { high: number; low: number } {
  const high = a * b;
  const [ca, cb] = [SPLITTER * a, SPLITTER * b];
  const [ah, bh] = [ca - (ca - a), cb - (cb - b)];
  const [al, bl] = [a - ah, b - bh];
  return { high, low: ah * bh - high + ah * bl + al * bh + al * bl };
}

function times(a: Wide, b: Wide): Wide {
  const p = product(a.high, b.high);
  const rest = p.low + (a.high * b.low + a.low * b.high);
  const high = p.high + rest;
  const low = p.high - high + rest;
  const exponent = a.exponent + b.exponent;
  if (high > Math.SQRT2) return { high: high / 2, low: low / 2, exponent: exponent + 1 };
  if (high < Math.SQRT1_2) return { high: high * 2, low: low * 2, exponent: exponent - 1 };
  return { high, low, exponent };
}
