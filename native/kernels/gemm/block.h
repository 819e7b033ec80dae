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

// Up to kRows rows from i, of columns from j on, kVectors vectors of them at a time; returns the column it comes to.
template <class V, int kRows, int kVectors>
int64_t run_strips(const Block& block, int64_t rows, int64_t i, int64_t j) {
  for (; j + kVectors * V::kWidth <= block.columns; j += kVectors * V::kWidth) {
    run_tile<V, kRows, kVectors>(block, rows, i, j);
  }
  return j;
}

// Computes the block in tiles whose heights differ by one row at most. `finish` is called with each tile's place while
// it is in the nearest cache: (row, rows).
template <class V, class Finish>
void run_block(const Block& block, Finish finish) {
  using Shape = TileShape<V::kWidth>;
  constexpr int kRows = Shape::kRows;
  const int64_t tiles = (block.rows + kRows - 1) / kRows;
  for (int64_t t = 0, i = 0; t < tiles; t++) {
    const int64_t rows = (block.rows - i + tiles - t - 1) / (tiles - t);
    int64_t j = rows <= kThinRows ? run_strips<V, kThinRows, Shape::kThinVectors>(block, rows, i, 0) : 0;
    j = run_strips<V, kRows, Shape::kVectors>(block, rows, i, j);
    run_strips<V, kRows, 1>(block, rows, i, j);
    finish(i, rows);
    i += rows;
  }
}

// What happens to a tile that needs nothing more.
inline void leave(int64_t, int64_t) {}

}  // namespace
}  // namespace plummet
