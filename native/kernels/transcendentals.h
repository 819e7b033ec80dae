// exp, log, log1p, tanh and sigmoid: no FMA, no table, the same operations in the same order on every instruction set
// and in src/kernels/reference/transcendentals.ts.
#pragma once
#include <stdint.h>

#include "group.h"
#include "numbers.h"

namespace plummet {
namespace {

// ln 2 in two parts; the first has nine bits, so that a multiple of it by an exponent is exact.
constexpr float kLn2High = 0.693359375f;
constexpr float kLn2Low = -2.12194440e-4f;

// 2ⁿ for −126 ≤ n ≤ 127.
template <class V, class B>
V power_of_two(B n) {
  return from_bits(shift_left<23>(n + Bits(127)));
}

// eˣ = 2ⁿ·y, y = eʳ, |r| ≤ ln 2 / 2.
template <class V>
struct Power {
  static constexpr float kLog2E = 1.44269504f;
  static constexpr float kRound = 12582912.0f;  // 1.5·2²³: adding it rounds to an integer, in the low bits
  V rounded, y;
  explicit Power(V x) : rounded(x * V(kLog2E) + V(kRound)), y(1.0f) {
    const V n = rounded - V(kRound);
    const V high = x - n * V(kLn2High);
    const V low = n * V(kLn2Low);
    const V r = high - low;
    V p = V(1.73211956e-4f);
    p = p * r + V(1.39333715e-3f);
    p = p * r + V(8.33788887e-3f);
    p = p * r + V(4.16664816e-2f);
    p = p * r + V(1.66666478e-1f);
    p = p * r + V(0.5f);
    y = y + (high - (low - (r * r) * p));
  }
  auto exponent() const { return bits(rounded) - Bits(0x4b400000); }
};

// Largest error 0.87 ulp; underflows gradually, overflows to infinity.
template <class V>
V exp(V x) {
  x = select(x > V(89.0f), V(89.0f), x);
  x = select(V(-104.0f) > x, V(-104.0f), x);
  const Power<V> power(x);
  const auto exponent = power.exponent();
  const auto half = shift_right<1>(exponent);  // in two steps, so that only the last one rounds
  return (power.y * power_of_two<V>(half)) * power_of_two<V>(exponent - half);
}

// The same for 0 ≤ x, where what is above 64 gives e⁶⁴: nothing rounds in the last step.
template <class V>
V exp_to_64(V x) {
  const Power<V> power(select(x > V(64.0f), V(64.0f), x));
  return power.y * power_of_two<V>(power.exponent());
}

// x = 2ᵉ·(1 + f), √½ ≤ 1 + f < √2, for a normal x > 0.
template <class V>
struct Split {
  V exponent, fraction;
  explicit Split(V x) {
    const Bits i = bits(x) + Bits(0x3f800000 - 0x3f3504f3);
    exponent = to_float(shift_right<23>(i) - Bits(127));
    fraction = from_bits((i & Bits(0x007fffff)) + Bits(0x3f3504f3)) - V(1.0f);
  }
};

// log(1 + f) + e·ln 2 + c, for √½ ≤ 1 + f < √2 and a tiny c.
template <class V>
V log_sum(V f, V e, V c) {
  V p = V(-7.63454735e-2f);
  p = p * f + V(1.27616212e-1f);
  p = p * f + V(-1.31601840e-1f);
  p = p * f + V(1.42017514e-1f);
  p = p * f + V(-1.66233569e-1f);
  p = p * f + V(2.00012267e-1f);
  p = p * f + V(-2.50008225e-1f);
  p = p * f + V(3.33333313e-1f);
  const V z = f * f;
  const V rest = ((f * z) * p + (e * V(kLn2Low) + c)) - V(0.5f) * z;
  return (f + rest) + e * V(kLn2High);
}

// −∞ at 0, NaN below. Largest error 0.87 ulp.
template <class V>
V log(V x) {
  const Mask subnormal = V(0x1p-126f) > x;
  const Split<V> s(select(subnormal, x * V(0x1p23f), x));
  const V e = s.exponent + select(subnormal, V(-23.0f), V(0.0f));
  const V y = select(x == V(kInfinity), x, log_sum(s.fraction, e, V(0.0f)));
  return select(x > V(0.0f), y, select(x == V(0.0f), V(-kInfinity), V(kNaN)));
}

// log(1 + x). −∞ at −1, NaN below. Largest error 0.92 ulp.
template <class V>
V log1p(V x) {
  const V one(1.0f), zero(0.0f);
  const V u = one + x;
  const V lost = select(abs(x) > one, one - (u - x), x - (u - one));  // 1 + x = u + lost, exactly
  const Split<V> s(u);
  const Mask near = s.exponent == zero;
  const V near_or_far = log_sum(select(near, x, s.fraction), s.exponent, select(near, zero, lost / u));
  const V y = select(x == V(kInfinity), x, select(x == zero, x, near_or_far));
  return select(x > V(-1.0f), y, select(x == V(-1.0f), V(-kInfinity), V(kNaN)));
}

// Odd polynomial below 0.625, 1 − 2 / (e²ˣ + 1) above. Largest error 1.31 ulp.
template <class V>
V tanh(V x) {
  const V a = abs(x);
  const V z = a * a;
  V p = V(-5.69229666e-3f);
  p = p * z + V(2.06281673e-2f);
  p = p * z + V(-5.37365153e-2f);
  p = p * z + V(1.33314058e-1f);
  p = p * z + V(-3.33332807e-1f);
  const V small = a + (a * z) * p;
  const V large = V(1.0f) - V(2.0f) / (exp_to_64(a + a) + V(1.0f));  // from a = 9.02 on 1
  const V y = select(V(0.625f) > a, small, large);
  return from_bits(bits(y) + (bits(x) & Bits(INT32_MIN)));
}

// 1 / (1 + e⁻ˣ), from e^−|x|, which cannot overflow; what 1 + e^−|x| lost to rounding is made good to first order.
// Largest error 1.97 ulp.
template <class V>
V sigmoid(V x) {
  const V one(1.0f);
  const V e = exp(-abs(x));
  const V u = one + e;
  const V lost = e - (u - one);
  const V y = select(V(0.0f) > x, e, one) / u;
  return y - y * lost;
}

}  // namespace
}  // namespace plummet
