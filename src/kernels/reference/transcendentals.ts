/**
 * exp, log, log1p, tanh and sigmoid on float32: the same operations in the same order as native/kernels/transcendentals.h, so
 * the same bits. The argument is a float32, and so is the answer.
 */

const round = Math.fround;

/** ln 2 in two parts; the first has nine bits, so that a multiple of it by an exponent is exact. */
const LN2_HIGH = round(0.693359375);
const LN2_LOW = round(-2.1219444e-4);

const LOG2_E = round(1.4426950216293335);
/** 1.5·2²³: adding it rounds to an integer. */
const ROUND = 12582912;

const E1 = round(1.73211956e-4);
const E2 = round(1.39333715e-3);
const E3 = round(8.33788887e-3);
const E4 = round(4.16664816e-2);
const E5 = round(1.66666478e-1);

const L1 = round(-7.63454735e-2);
const L2 = round(1.27616212e-1);
const L3 = round(-1.3160184e-1);
const L4 = round(1.42017514e-1);
const L5 = round(-1.66233569e-1);
const L6 = round(2.00012267e-1);
const L7 = round(-2.50008225e-1);
const L8 = round(3.33333313e-1);

const T1 = round(-5.69229666e-3);
const T2 = round(2.06281673e-2);
const T3 = round(-5.37365153e-2);
const T4 = round(1.33314058e-1);
const T5 = round(-3.33332807e-1);

const MIN_EXPONENT = -150;
/** 2ⁿ at n − MIN_EXPONENT, up to n = 128. */
const POWERS = new Float64Array(279);
for (let i = 0, power = 7.006492321624085e-46; i < POWERS.length; i++, power *= 2) POWERS[i] = power;

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** eˣ. Largest error 0.87 ulp; underflows gradually, overflows to infinity. */
export function exp(x: number): number {
  // Native code clamps to these bounds, beyond which the result is the same for all.
  if (x > 89) return Infinity;
  if (x < -104) return 0;
  const n = round(round(x * LOG2_E) + ROUND) - ROUND;
  const high = round(x - n * LN2_HIGH);
  const low = round(n * LN2_LOW);
  const r = round(high - low);
  let p = round(round(E1 * r) + E2);
  p = round(round(p * r) + E3);
  p = round(round(p * r) + E4);
  p = round(round(p * r) + E5);
  p = round(round(p * r) + 0.5);
  const y = round(1 + round(high - round(low - round(round(r * r) * p))));
  return Number.isNaN(x) ? NaN : round(y * POWERS[n - MIN_EXPONENT]);
}

/** log(1 + f) + e·ln 2 + c, for √½ ≤ 1 + f < √2 and a tiny c. */
function logSum(f: number, e: number, c: number): number {
  let p = round(round(L1 * f) + L2);
  p = round(round(p * f) + L3);
  p = round(round(p * f) + L4);
  p = round(round(p * f) + L5);
  p = round(round(p * f) + L6);
  p = round(round(p * f) + L7);
  p = round(round(p * f) + L8);
  const z = round(f * f);
  const rest = round(round(round(round(f * z) * p) + round(round(e * LN2_LOW) + c)) - round(0.5 * z));
  return round(round(f + rest) + e * LN2_HIGH);
}

/** −∞ at 0, NaN below. Largest error 0.87 ulp. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const subnormal = x < 1.1754943508222875e-38;
  float[0] = subnormal ? x * 8388608 : x;
  const i = bits[0] + (0x3f800000 - 0x3f3504f3);
  const exponent = (i >> 23) - 127 + (subnormal ? -23 : 0);
  bits[0] = (i & 0x007fffff) + 0x3f3504f3;
  return logSum(float[0] - 1, exponent, 0);
}

/** log(1 + x). −∞ at −1, NaN below. Largest error 0.92 ulp. */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (x === Infinity || x === 0) return x;
  const u = round(1 + x);
  float[0] = u;
  const i = bits[0] + (0x3f800000 - 0x3f3504f3);
  const exponent = (i >> 23) - 127;
  if (exponent === 0) return logSum(x, 0, 0);
  bits[0] = (i & 0x007fffff) + 0x3f3504f3;
  const lost = x > 1 ? round(1 - round(u - x)) : round(x - round(u - 1));
  return logSum(float[0] - 1, exponent, round(lost / u));
}

/** Odd polynomial below 0.625, 1 − 2 / (e²ˣ + 1) above. Largest error 1.31 ulp. */
export function tanh(x: number): number {
  const a = x < 0 ? -x : x;
  let y: number;
  if (a < 0.625) {
    if (x === 0) return x;
    const z = round(a * a);
    let p = round(round(T1 * z) + T2);
    p = round(round(p * z) + T3);
    p = round(round(p * z) + T4);
    p = round(round(p * z) + T5);
    y = round(a + round(round(a * z) * p));
  } else {
    y = round(1 - round(2 / round(exp(a + a) + 1)));
  }
  return x < 0 ? -y : y;
}

/**
 * 1 / (1 + e⁻ˣ), from e^−|x|, which cannot overflow; what 1 + e^−|x| lost to rounding is made good to first order.
 * Largest error 1.97 ulp.
 */
export function sigmoid(x: number): number {
  const e = exp(x < 0 ? x : -x);
  const u = round(1 + e);
  const lost = round(e - round(u - 1));
  const y = round((x < 0 ? e : 1) / u);
  return round(y - round(y * lost));
}
