// Four lanes: NEON of AArch64, where it is always there.
#pragma once
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

namespace plummet {
namespace {

struct Mask {
  uint32x4_t m;
};

struct Bits {
  int32x4_t v;
  explicit Bits(int32_t x) : v(vdupq_n_s32(x)) {}
  explicit Bits(int32x4_t x) : v(x) {}
};

inline Bits operator+(Bits a, Bits b) { return Bits(vaddq_s32(a.v, b.v)); }
inline Bits operator-(Bits a, Bits b) { return Bits(vsubq_s32(a.v, b.v)); }
inline Bits operator&(Bits a, Bits b) { return Bits(vandq_s32(a.v, b.v)); }
template <int kCount>
inline Bits shift_left(Bits a) {
  return Bits(vshlq_n_s32(a.v, kCount));
}
template <int kCount>
inline Bits shift_right(Bits a) {  // keeps the sign
  return Bits(vshrq_n_s32(a.v, kCount));
}

struct Vec {
  static constexpr int kWidth = 4;
  static constexpr bool kFastFma = true;
  float32x4_t v;
  Vec() = default;
  explicit Vec(float x) : v(vdupq_n_f32(x)) {}
  explicit Vec(float32x4_t x) : v(x) {}
  static Vec load(const float* p) { return Vec(vld1q_f32(p)); }
  static Vec load_bytes(const uint8_t* p) {
    uint32_t four;
    memcpy(&four, p, sizeof(four));
    const uint8x8_t b = vreinterpret_u8_u32(vdup_n_u32(four));
    return Vec(vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(b)))));
  }
  static Vec load_some(const float* p, int64_t count) {
    float lanes[kWidth] = {};
    memcpy(lanes, p, size_t(count) * sizeof(float));
    return load(lanes);
  }
  void store(float* p) const { vst1q_f32(p, v); }
};

inline Vec operator+(Vec a, Vec b) { return Vec(vaddq_f32(a.v, b.v)); }
inline Vec operator-(Vec a, Vec b) { return Vec(vsubq_f32(a.v, b.v)); }
inline Vec operator*(Vec a, Vec b) { return Vec(vmulq_f32(a.v, b.v)); }
inline Vec operator/(Vec a, Vec b) { return Vec(vdivq_f32(a.v, b.v)); }
inline Vec sqrt(Vec a) { return Vec(vsqrtq_f32(a.v)); }
inline Vec fma(Vec a, Vec b, Vec c) { return Vec(vfmaq_f32(c.v, a.v, b.v)); }

inline Mask operator>(Vec a, Vec b) { return {vcgtq_f32(a.v, b.v)}; }
inline Mask operator>=(Vec a, Vec b) { return {vcgeq_f32(a.v, b.v)}; }
inline Mask operator==(Vec a, Vec b) { return {vceqq_f32(a.v, b.v)}; }
inline Vec select(Mask m, Vec a, Vec b) { return Vec(vbslq_f32(m.m, a.v, b.v)); }

inline Bits bits(Vec a) { return Bits(vreinterpretq_s32_f32(a.v)); }
inline Vec from_bits(Bits a) { return Vec(vreinterpretq_f32_s32(a.v)); }
inline Vec to_float(Bits a) { return Vec(vcvtq_f32_s32(a.v)); }
inline Vec abs(Vec a) { return Vec(vabsq_f32(a.v)); }
inline Vec operator-(Vec a) { return Vec(vnegq_f32(a.v)); }

inline float first_lane(Vec a) { return vgetq_lane_f32(a.v, 0); }
// Lane l becomes lane l + kCount, for l < kCount; what the others become is of no interest.
template <int kCount>
inline Vec lanes_from(Vec a) {
  return Vec(vextq_f32(a.v, a.v, kCount));
}

inline void transpose(Vec (&x)[4]) {
  const float32x4x2_t a = vtrnq_f32(x[0].v, x[1].v), b = vtrnq_f32(x[2].v, x[3].v);
  x[0].v = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
  x[1].v = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
  x[2].v = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
  x[3].v = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

}  // namespace
}  // namespace plummet
