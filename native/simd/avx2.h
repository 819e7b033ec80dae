// Eight lanes: AVX2 and FMA3.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#include "transpose_8x8.h"

namespace plummet {
namespace {

struct Mask {
  __m256 m;
};

struct Bits {
  __m256i v;
  explicit Bits(int32_t x) : v(_mm256_set1_epi32(x)) {}
  explicit Bits(__m256i x) : v(x) {}
};

inline Bits operator+(Bits a, Bits b) { return Bits(_mm256_add_epi32(a.v, b.v)); }
inline Bits operator-(Bits a, Bits b) { return Bits(_mm256_sub_epi32(a.v, b.v)); }
inline Bits operator&(Bits a, Bits b) { return Bits(_mm256_and_si256(a.v, b.v)); }
template <int kCount>
inline Bits shift_left(Bits a) {
  return Bits(_mm256_slli_epi32(a.v, kCount));
}
template <int kCount>
inline Bits shift_right(Bits a) {  // keeps the sign
  return Bits(_mm256_srai_epi32(a.v, kCount));
}

// From element 8 - n on: a mask of the first n lanes.
constexpr int32_t kLaneMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

struct Vec {
  static constexpr int kWidth = 8;
  static constexpr bool kFastFma = true;
  __m256 v;
  Vec() = default;
  explicit Vec(float x) : v(_mm256_set1_ps(x)) {}
  explicit Vec(__m256 x) : v(x) {}
  static Vec load(const float* p) { return Vec(_mm256_loadu_ps(p)); }
  static Vec load_bytes(const uint8_t* p) {
    return Vec(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))));
  }
  // The first `count` < kWidth lanes; the rest are +0, and what lies there is not read.
  static Vec load_some(const float* p, int64_t count) {
    const int32_t* const mask = kLaneMasks + kWidth - count;
    return Vec(_mm256_maskload_ps(p, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(mask))));
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
};

inline Vec operator+(Vec a, Vec b) { return Vec(_mm256_add_ps(a.v, b.v)); }
inline Vec operator-(Vec a, Vec b) { return Vec(_mm256_sub_ps(a.v, b.v)); }
inline Vec operator*(Vec a, Vec b) { return Vec(_mm256_mul_ps(a.v, b.v)); }
inline Vec operator/(Vec a, Vec b) { return Vec(_mm256_div_ps(a.v, b.v)); }
inline Vec sqrt(Vec a) { return Vec(_mm256_sqrt_ps(a.v)); }
inline Vec fma(Vec a, Vec b, Vec c) { return Vec(_mm256_fmadd_ps(a.v, b.v, c.v)); }

inline Mask operator>(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask operator>=(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)}; }
inline Mask operator==(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
inline Vec select(Mask m, Vec a, Vec b) { return Vec(_mm256_blendv_ps(b.v, a.v, m.m)); }

inline Bits bits(Vec a) { return Bits(_mm256_castps_si256(a.v)); }
inline Vec from_bits(Bits a) { return Vec(_mm256_castsi256_ps(a.v)); }
inline Vec to_float(Bits a) { return Vec(_mm256_cvtepi32_ps(a.v)); }
inline Vec abs(Vec a) { return Vec(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)); }
inline Vec operator-(Vec a) { return Vec(_mm256_xor_ps(_mm256_set1_ps(-0.0f), a.v)); }

inline float first_lane(Vec a) { return _mm256_cvtss_f32(a.v); }
// Lane l becomes lane l + kCount, for l < kCount; what the others become is of no interest.
template <int kCount>
inline Vec lanes_from(Vec a) {
  if constexpr (kCount == 4) return Vec(_mm256_permute2f128_ps(a.v, a.v, 0x11));
  return Vec(_mm256_permute_ps(a.v, kCount == 2 ? 0x0e : 0x01));
}

inline void transpose(Vec (&x)[8]) { transpose_8x8(x[0].v, x[1].v, x[2].v, x[3].v, x[4].v, x[5].v, x[6].v, x[7].v); }

}  // namespace
}  // namespace plummet
