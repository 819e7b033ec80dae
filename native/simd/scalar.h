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
  static Vec load_some(const float* p, int64_t count) { return Vec(count > 0 ? *p : 0.0f); }
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

// The nearest float to p + c, where s is that sum rounded to double: rounded to odd instead, it can be rounded again
// (Boldo and Melquiond 2008).
inline float round_sum(double p, double c, double s) {
  const double d = s - p;
  const double error = (p - (s - d)) + (c - d);
  int64_t i;
  memcpy(&i, &s, sizeof(i));
  if ((error > 0 || error < 0) && (i & 1) == 0) {
    i += (error > 0) == (s > 0) ? 1 : -1;
    memcpy(&s, &i, sizeof(s));
  }
  return float(s);
}

// The product of two floats is exact in double, so only the sum rounds twice, which matters where the first rounding
// lands halfway between two floats, or near two subnormal ones.
inline Vec fma(Vec a, Vec b, Vec c) {
  const double p = double(a.v) * double(b.v);
  const double s = p + double(c.v);
  uint64_t i;
  memcpy(&i, &s, sizeof(i));
  const bool halfway = (i & 0x1fffffff) == 0x10000000;
  const bool subnormal = (i << 1 >> 53) - 1 < 1023 - 126 - 1;  // the exponent; not of zero
  return Vec(halfway || subnormal ? round_sum(p, double(c.v), s) : float(s));
}

}  // namespace
}  // namespace plummet
