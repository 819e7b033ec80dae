// Products with one row on the left: each element of the right-hand matrix is used once, so reading it is all there is.
#pragma once
#include <stdint.h>

#include "../memory.h"
#include "micro.h"
#include "units.h"

namespace plummet {
namespace {

// b is read once, from first to last, and a few of its rows at a time are added to that of c.
template <class V>
void gemm_row(const float* a, int64_t step, const float* b, float* c, int64_t n, int64_t k, int64_t columns) {
  constexpr int64_t kRows = 8;
  for (int64_t p = 0; p < k; p += kRows) {
    const int64_t rows = smaller(kRows, k - p);
    const float* const top = b + p * n;
    int64_t j = 0;
    if (rows == kRows) {
      V left[kRows];
      for (int64_t r = 0; r < kRows; r++) left[r] = V(a[(p + r) * step]);
      for (; j + V::kWidth <= columns; j += V::kWidth) {
        V sum = V::load(c + j);
        PLUMMET_UNROLL
        for (int64_t r = 0; r < kRows; r++) sum = fma(left[r], V::load(top + r * n + j), sum);
        sum.store(c + j);
      }
    }
    for (; j < columns; j += V::kWidth) {
      const int64_t count = columns - j;
      V sum = load_part<V>(c + j, count);
      for (int64_t r = 0; r < rows; r++) sum = fma(V(a[(p + r) * step]), load_part<V>(top + r * n + j, count), sum);
      store_part(sum, c + j, count);
    }
  }
}

// Adds columns [p, p + count) of b's first `rows` ≤ kWidth rows, transposed in registers. kWhole: as many as fit.
template <class V, bool kWhole>
V add_transposed(V sum, const float* a, int64_t step, const float* b, int64_t k, int64_t rows, int64_t count) {
  V square[V::kWidth];
  PLUMMET_UNROLL
  for (int64_t i = 0; i < V::kWidth; i++) {
    square[i] = kWhole ? V::load(b + i * k) : i < rows ? load_part<V>(b + i * k, count) : V(0.0f);
  }
  transpose(square);
  PLUMMET_UNROLL
  for (int64_t i = 0; i < V::kWidth; i++) {
    if (kWhole || i < count) sum = fma(V(a[i * step]), square[i], sum);
  }
  return sum;
}

// The same where b's rows are c's columns, at most a panel of them: as many chains as that has vectors.
template <class V>
void gemm_row_transposed(const float* a, int64_t step, const float* b, float* c, int64_t k, int64_t columns,
                         bool accumulate) {
  constexpr int64_t kWidth = V::kWidth, kChains = kPanel / kWidth;
  constexpr int64_t kTogether = 16, kFarAhead = 32;  // of b's columns: a line of the cache, and which to ask for
  V sum[kChains];
  for (int64_t g = 0; g < kChains; g++) {
    sum[g] = accumulate ? load_part<V>(c + g * kWidth, columns - g * kWidth) : V(0.0f);
  }
  int64_t p = 0;
  if (columns == kPanel) {
    for (; p + kTogether <= k; p += kTogether) {
      PLUMMET_UNROLL
      for (int64_t g = 0; g < kChains; g++) {
        const float* const rows = b + g * kWidth * k + p;
        PLUMMET_UNROLL
        for (int64_t i = 0; i < kWidth; i++) prefetch_second(rows + i * k + kFarAhead);
        PLUMMET_UNROLL
        for (int64_t q = 0; q < kTogether; q += kWidth) {
          sum[g] = add_transposed<V, true>(sum[g], a + (p + q) * step, step, rows + q, k, kWidth, kWidth);
        }
      }
    }
  }
  for (; p < k; p += kWidth) {
    for (int64_t g = 0; g * kWidth < columns; g++) {
      sum[g] = add_transposed<V, false>(sum[g], a + p * step, step, b + g * kWidth * k + p, k, columns - g * kWidth,
                                        smaller(kWidth, k - p));
    }
  }
  for (int64_t g = 0; g < kChains; g++) store_part(sum[g], c + g * kWidth, columns - g * kWidth);
}

}  // namespace
}  // namespace plummet
