// Sixteen lanes: AVX-512 F, BW, DQ and VL. With PLUMMET_SIMDE the same code compiles against SIMDe's emulation of the
// intrinsics, which proves its bits on processors that have only AVX2 and FMA.
#pragma once
#ifdef PLUMMET_SIMDE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#else
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12's own header warns where it leaves a register undefined on purpose.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif
#include <stdint.h>

#include "transpose_8x8.h"

namespace plummet {
namespace {

#ifdef PLUMMET_SIMDE
// What SIMDe lacks.
inline __m512 floats_of_ints(__m512i x) {
  int32_t ints[16];
  float floats[16];
  _mm512_storeu_si512(ints, x);
  for (int i = 0; i < 16; i++) floats[i] = float(ints[i]);
  return _mm512_loadu_ps(floats);
}
inline __m512 floats_of_bytes(const uint8_t* p) {
  float floats[16];
  for (int i = 0; i < 16; i++) floats[i] = float(p[i]);
  return _mm512_loadu_ps(floats);
}
template <int kCount>
__m512i ints_shifted_right(__m512i x) {
  int32_t ints[16];
  _mm512_storeu_si512(ints, x);
  for (int i = 0; i < 16; i++) ints[i] >>= kCount;
  return _mm512_loadu_si512(ints);
}
inline __m512 first_floats(const float* p, int64_t count) {
  float floats[16] = {};
  for (int64_t i = 0; i < count; i++) floats[i] = p[i];
  return _mm512_loadu_ps(floats);
}
#else
inline __m512 floats_of_ints(__m512i x) { return _mm512_cvtepi32_ps(x); }
inline __m512 floats_of_bytes(const uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
template <int kCount>
__m512i ints_shifted_right(__m512i x) {
  return _mm512_srai_epi32(x, kCount);
}
inline __m512 first_floats(const float* p, int64_t count) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
}
#endif

struct Mask {
  __mmask16 m;
};

struct Bits {
  __m512i v;
  explicit Bits(int32_t x) : v(_mm512_set1_epi32(x)) {}
  explicit Bits(__m512i x) : v(x) {}
};

inline Bits operator+(Bits a, Bits b) { return Bits(_mm512_add_epi32(a.v, b.v)); }
inline Bits operator-(Bits a, Bits b) { return Bits(_mm512_sub_epi32(a.v, b.v)); }
inline Bits operator&(Bits a, Bits b) { return Bits(_mm512_and_si512(a.v, b.v)); }
template <int kCount>
inline Bits shift_left(Bits a) {
  return Bits(_mm512_slli_epi32(a.v, kCount));
}
template <int kCount>
inline Bits shift_right(Bits a) {  // keeps the sign
  return Bits(ints_shifted_right<kCount>(a.v));
}

struct Vec {
  static constexpr int kWidth = 16;
  static constexpr bool kFastFma = true;
  __m512 v;
  Vec() = default;
  explicit Vec(float x) : v(_mm512_set1_ps(x)) {}
  explicit Vec(__m512 x) : v(x) {}
  static Vec load(const float* p) { return Vec(_mm512_loadu_ps(p)); }
  static Vec load_bytes(const uint8_t* p) { return Vec(floats_of_bytes(p)); }
  static Vec load_some(const float* p, int64_t count) { return Vec(first_floats(p, count)); }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
};

inline Vec operator+(Vec a, Vec b) { return Vec(_mm512_add_ps(a.v, b.v)); }
inline Vec operator-(Vec a, Vec b) { return Vec(_mm512_sub_ps(a.v, b.v)); }
inline Vec operator*(Vec a, Vec b) { return Vec(_mm512_mul_ps(a.v, b.v)); }
inline Vec operator/(Vec a, Vec b) { return Vec(_mm512_div_ps(a.v, b.v)); }
inline Vec sqrt(Vec a) { return Vec(_mm512_sqrt_ps(a.v)); }
inline Vec fma(Vec a, Vec b, Vec c) { return Vec(_mm512_fmadd_ps(a.v, b.v, c.v)); }

inline Mask operator>(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask operator>=(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
inline Mask operator==(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
inline Vec select(Mask m, Vec a, Vec b) { return Vec(_mm512_mask_blend_ps(m.m, b.v, a.v)); }

inline Bits bits(Vec a) { return Bits(_mm512_castps_si512(a.v)); }
inline Vec from_bits(Bits a) { return Vec(_mm512_castsi512_ps(a.v)); }
inline Vec to_float(Bits a) { return Vec(floats_of_ints(a.v)); }
inline __m256 lower_half(Vec a) { return _mm512_castps512_ps256(a.v); }
inline __m256 upper_half(Vec a) { return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a.v), 1)); }

inline float first_lane(Vec a) { return _mm256_cvtss_f32(lower_half(a)); }
// Lane l becomes lane l + kCount, for l < kCount; what the others become is of no interest.
template <int kCount>
inline Vec lanes_from(Vec a) {
  const __m256 low = lower_half(a);
  if constexpr (kCount == 8) return Vec(_mm512_castps256_ps512(upper_half(a)));
  if constexpr (kCount == 4) return Vec(_mm512_castps256_ps512(_mm256_permute2f128_ps(low, low, 0x11)));
  return Vec(_mm512_castps256_ps512(_mm256_permute_ps(low, kCount == 2 ? 0x0e : 0x01)));
}

// By quarters of 8 × 8, of which two change places.
inline void transpose(Vec (&x)[16]) {
  __m256 low[16], high[16];
  for (int i = 0; i < 16; i++) {
    low[i] = lower_half(x[i]);
    high[i] = upper_half(x[i]);
  }
  for (int i = 0; i < 16; i += 8) {
    transpose_8x8(low[i], low[i + 1], low[i + 2], low[i + 3], low[i + 4], low[i + 5], low[i + 6], low[i + 7]);
    transpose_8x8(high[i], high[i + 1], high[i + 2], high[i + 3], high[i + 4], high[i + 5], high[i + 6], high[i + 7]);
  }
  for (int i = 0; i < 8; i++) {
    x[i].v = _mm512_insertf32x8(_mm512_castps256_ps512(low[i]), low[i + 8], 1);
    x[i + 8].v = _mm512_insertf32x8(_mm512_castps256_ps512(high[i]), high[i + 8], 1);
  }
}

inline Vec abs(Vec a) { return from_bits(bits(a) & Bits(0x7fffffff)); }
inline Vec operator-(Vec a) { return from_bits(bits(a) + Bits(INT32_MIN)); }

}  // namespace
}  // namespace plummet
