// One lane: the definition of Vec that needs nothing of the processor but IEEE-754 arithmetic.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

namespace plummet {
namespace {

struct Mask {
  bool m;
};

struct Bits {
  int32_t v;
  explicit Bits(int32_t x) : v(x) {}
};

inline Bits operator+(Bits a, Bits b) { return Bits(int32_t(uint32_t(a.v) + uint32_t(b.v))); }
inline Bits operator-(Bits a, Bits b) { return Bits(int32_t(uint32_t(a.v) - uint32_t(b.v))); }
inline Bits operator&(Bits a, Bits b) { return Bits(a.v & b.v); }
template <int kCount>
inline Bits shift_left(Bits a) {
  return Bits(int32_t(uint32_t(a.v) << kCount));
}
template <int kCount>
inline Bits shift_right(Bits a) {  // keeps the sign
  return Bits(a.v >> kCount);
}

struct Vec {
  static constexpr int kWidth = 1;
  static constexpr bool kFastFma = false;
  float v;
  Vec() = default;
  explicit Vec(float x) : v(x) {}
  static Vec load(const float* p) { return Vec(*p); }
  static Vec load_bytes(const uint8_t* p) { return Vec(float(*p)); }
  void store(float* p) const { *p = v; }
};

inline Vec operator+(Vec a, Vec b) { return Vec(a.v + b.v); }
inline Vec operator-(Vec a, Vec b) { return Vec(a.v - b.v); }
inline Vec operator*(Vec a, Vec b) { return Vec(a.v * b.v); }
inline Vec operator/(Vec a, Vec b) { return Vec(a.v / b.v); }
inline Vec sqrt(Vec a) { return Vec(::sqrtf(a.v)); }

inline Mask operator>(Vec a, Vec b) { return {a.v > b.v}; }
inline Mask operator>=(Vec a, Vec b) { return {a.v >= b.v}; }
inline Mask operator==(Vec a, Vec b) { return {a.v == b.v}; }
inline Vec select(Mask m, Vec a, Vec b) { return m.m ? a : b; }

inline Bits bits(Vec a) {
  int32_t i;
  memcpy(&i, &a.v, sizeof(i));
  return Bits(i);
}
inline Vec from_bits(Bits a) {
  Vec x;
  memcpy(&x.v, &a.v, sizeof(a.v));
  return x;
}
inline Vec to_float(Bits a) { return Vec(float(a.v)); }
inline Vec abs(Vec a) { return from_bits(bits(a) & Bits(0x7fffffff)); }
inline Vec operator-(Vec a) { return from_bits(bits(a) + Bits(INT32_MIN)); }

inline float first_lane(Vec a) { return a.v; }
template <int kCount>
Vec lanes_from(Vec a);  // there is only one
inline void transpose(Vec (&)[1]) {}

// The product of two floats is exact in double, so only the sum rounds twice, which matters where the first rounding
// lands halfway between two floats. There the sum is rounded to odd instead (Boldo and Melquiond 2008).
inline Vec fma(Vec a, Vec b, Vec c) {
  const double p = double(a.v) * double(b.v);
  double s = p + double(c.v);
  int64_t i;
  memcpy(&i, &s, sizeof(i));
  const bool halfway = (i & 0x1fffffff) == 0x10000000;
  const bool subnormal = s > -0x1p-126 && s < 0x1p-126 && s != 0;
  if (halfway || subnormal) {
    const double d = s - p;
    const double error = (p - (s - d)) + (double(c.v) - d);
    if ((error > 0 || error < 0) && (i & 1) == 0) {
      i += (error > 0) == (s > 0) ? 1 : -1;
      memcpy(&s, &i, sizeof(s));
    }
  }
  return Vec(float(s));
}

}  // namespace
}  // namespace plummet
