// The micro-kernel that every matrix product is made of.
#pragma once
#include <stdint.h>

#include "../memory.h"
#include "units.h"

// For what small problems are made of: compilers inline less the more a file holds.
#if defined(_MSC_VER) && !defined(__clang__)
#define PLUMMET_INLINE __forceinline
#elif defined(__GNUC__) || defined(__clang__)
#define PLUMMET_INLINE inline __attribute__((always_inline))
#else
#define PLUMMET_INLINE inline
#endif

#if defined(__clang__)
#define PLUMMET_UNROLL _Pragma("unroll")
#define PLUMMET_UNROLL_TWICE _Pragma("unroll 2")
#elif defined(__GNUC__)
#define PLUMMET_UNROLL _Pragma("GCC unroll 16")
#define PLUMMET_UNROLL_TWICE _Pragma("GCC unroll 2")
#else
#define PLUMMET_UNROLL
#define PLUMMET_UNROLL_TWICE
#endif

namespace plummet {
namespace {

// The tile that fills the registers: rows × vectors; and that for one or two rows, which has as many chains as a panel
// allows.
template <int kWidth>
struct TileShape;
template <>
struct TileShape<1> {
  static constexpr int kRows = 2, kVectors = 4, kThinVectors = 4;
};
template <>
struct TileShape<4> {
  static constexpr int kRows = 5, kVectors = 4, kThinVectors = 8;
};
template <>
struct TileShape<8> {
  static constexpr int kRows = 6, kVectors = 2, kThinVectors = 4;
};
template <>
struct TileShape<16> {
  static constexpr int kRows = 12, kVectors = 2, kThinVectors = 2;
};
constexpr int kThinRows = 2;

// A matrix of which element (i, p) is at i·row + p·column.
struct Strided {
  const float* data;
  int64_t row, column;
  Strided at(int64_t i, int64_t p) const { return {data + i * row + p * column, row, column}; }
};

// Rows of a panelled kernel, from the first column of a panel on.
struct Panelled {
  const float* data;
  int64_t panel;  // from a panel to the next
  static constexpr int64_t row = kPanel;
  Panelled at(int64_t i, int64_t p) const { return {data + i * kPanel + p / kPanel * panel, panel}; }
};

// Calls f(address of the left-hand matrix's column p) for p = 0 … k − 1.
template <int kRows, class F>
void for_columns(Strided a, int64_t k, F f) {
  const float* column = a.data;
  PLUMMET_UNROLL_TWICE
  for (int64_t p = 0; p < k; p++, column += a.column) f(column);
}

// The tile below is asked for: panels are too far apart for the processor to guess it.
template <int kRows, class F>
void for_columns(Panelled a, int64_t k, F f) {
  for (int64_t p = 0; p < k; p += kPanel, a.data += a.panel) {
    const float* column = a.data;
    PLUMMET_UNROLL
    for (int i = kRows; i < 2 * kRows; i++) {
      prefetch_first(column + i * kPanel);
      prefetch_first(column + i * kPanel + kPanel / 2);
    }
    const int64_t count = smaller(kPanel, k - p);
    PLUMMET_UNROLL_TWICE
    for (int64_t q = 0; q < count; q++, column++) f(column);
  }
}

// c(i, j) = fma(a(i, p), b(p, j), c(i, j)) for p = 0 … k − 1 ascending, for `tiles` tiles of kRows rows, one below the
// other, and kVectors vectors of columns. c starts as what is stored (kHeld), as start[j], or, where `start` is null,
// as +0. With kAsk, the right-hand matrix of the strip to come is asked for, row by row. The loop over tiles is here so
// that the processor begins a tile while it ends the last.
template <class V, int kRows, int kVectors, bool kHeld, bool kAsk, class Left>
PLUMMET_INLINE void micro_kernel(int64_t tiles, int64_t k, Left a, const float* b, int64_t ldb, float* c, int64_t ldc,
                                 const float* start, const float* next) {
  for (; tiles > 0; tiles--) {
    V sum[kRows][kVectors];
    PLUMMET_UNROLL
    for (int i = 0; i < kRows; i++) {
      PLUMMET_UNROLL
      for (int v = 0; v < kVectors; v++) {
        if (kHeld) {
          sum[i][v] = V::load(c + i * ldc + v * V::kWidth);
        } else {
          sum[i][v] = start ? V::load(start + v * V::kWidth) : V(0.0f);
        }
      }
    }
    PLUMMET_UNROLL
    for (int i = 0; i < kRows; i++) prefetch_first(c + (kRows + i) * ldc);
    const float* right_row = b;
    for_columns<kRows>(a, k, [&](const float* column) {
      if constexpr (kAsk) prefetch_first(next + (right_row - b));
      V right[kVectors];
      PLUMMET_UNROLL
      for (int v = 0; v < kVectors; v++) right[v] = V::load(right_row + v * V::kWidth);
      PLUMMET_UNROLL
      for (int i = 0; i < kRows; i++) {
        const V left(column[i * a.row]);
        PLUMMET_UNROLL
        for (int v = 0; v < kVectors; v++) sum[i][v] = fma(left, right[v], sum[i][v]);
      }
      right_row += ldb;
    });
    PLUMMET_UNROLL
    for (int i = 0; i < kRows; i++) {
      PLUMMET_UNROLL
      for (int v = 0; v < kVectors; v++) sum[i][v].store(c + i * ldc + v * V::kWidth);
    }
    a.data += kRows * a.row;
    c += kRows * ldc;
  }
}

}  // namespace
}  // namespace plummet
