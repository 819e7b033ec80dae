// A block of a matrix product: one panel's columns, any number of rows, a stretch of k.
#pragma once
#include "micro.h"

namespace plummet {
namespace {

struct Block {
  int64_t rows, columns, k;  // columns: a multiple of the vector's width
  Strided a;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
  bool held;           // c starts as what is stored
  const float* start;  // else as start[j], or +0 without
};

// Calls the micro-kernel for `rows` ≤ kRows rows.
template <class V, int kRows, int kVectors>
void run_tile(const Block& block, int64_t rows, int64_t i, int64_t j) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return run_tile<V, kRows - 1, kVectors>(block, rows, i, j);
  }
  float* c = block.c + i * block.ldc + j;
  const Strided a = block.a.at(i, 0);
  if (block.held) {
    micro_kernel<V, kRows, kVectors, true>(block.k, a, block.b + j, block.ldb, c, block.ldc, nullptr);
  } else {
    micro_kernel<V, kRows, kVectors, false>(block.k, a, block.b + j, block.ldb, c, block.ldc,
                                            block.start ? block.start + j : nullptr);
  }
}

// Columns [j, j + kVectors vectors) of the block, in tiles whose heights differ by one row at most. `finish` is called with each
// tile's place while it is in the nearest cache: (row, rows, column, columns).
template <class V, int kVectors, class Finish>
void run_strip(const Block& block, int64_t j, Finish finish) {
  constexpr int kRows = TileShape<V::kWidth>::kRows;
  const int64_t tiles = (block.rows + kRows - 1) / kRows;
  for (int64_t t = 0, i = 0; t < tiles; t++) {
    const int64_t rows = (block.rows - i + tiles - t - 1) / (tiles - t);
    run_tile<V, kRows, kVectors>(block, rows, i, j);
    finish(i, rows, j, int64_t(kVectors) * V::kWidth);
    i += rows;
  }
}

template <class V, class Finish>
void run_block(const Block& block, Finish finish) {
  constexpr int kVectors = TileShape<V::kWidth>::kVectors;
  int64_t j = 0;
  for (; j + kVectors * V::kWidth <= block.columns; j += kVectors * V::kWidth) run_strip<V, kVectors>(block, j, finish);
  for (; j < block.columns; j += V::kWidth) run_strip<V, 1>(block, j, finish);
}

// What happens to a tile that needs nothing more.
inline void leave(int64_t, int64_t, int64_t, int64_t) {}

// A stretch of k that keeps its part of b in the nearest cache.
constexpr int64_t kStretch = 256;

// Calls f(from, length) for stretches of nearly equal length that make up k; once with (0, 0) where k is 0.
template <class F>
void for_stretches(int64_t k, F f) {
  const int64_t count = k > kStretch ? (k + kStretch - 1) / kStretch : 1;
  for (int64_t s = 0, from = 0; s < count; s++) {
    const int64_t length = (k - from + count - s - 1) / (count - s);
    f(from, length);
    from += length;
  }
}

}  // namespace
}  // namespace plummet
