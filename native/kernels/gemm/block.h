// A block of a matrix product: one panel's columns, any number of rows, a stretch of k.
#pragma once
#include "micro.h"
#include "units.h"

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
  const float* next;   // the right-hand matrix of the block to come, where it is known
};

// Computes `tiles` tiles of `rows` ≤ kRows rows.
template <class V, int kRows, int kVectors>
void run_tiles(const Block& block, int64_t rows, int64_t tiles, int64_t i, int64_t j, Ahead ahead) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return run_tiles<V, kRows - 1, kVectors>(block, rows, tiles, i, j, ahead);
  }
  float* c = block.c + i * block.ldc + j;
  const Strided a = block.a.at(i, 0);
  if (block.held) {
    micro_kernel<V, kRows, kVectors, true>(tiles, block.k, a, block.b + j, block.ldb, c, block.ldc, nullptr, ahead);
  } else {
    micro_kernel<V, kRows, kVectors, false>(tiles, block.k, a, block.b + j, block.ldb, c, block.ldc,
                                            block.start ? block.start + j : nullptr, ahead);
  }
}

// With as few tiles, to ask ahead costs more than it gains.
constexpr int64_t kFewTiles = 4;

// Columns from j on, kVectors vectors at a time, for all rows, in tiles whose heights differ by one row at most: the
// part of the right-hand matrix that they share stays in the nearest cache. `finish` is called with each such strip
// when it is done: (column, columns). Returns the column it comes to.
template <class V, int kRows, int kVectors, class Finish>
int64_t run_strips(const Block& block, int64_t j, Finish finish) {
  constexpr int64_t kColumns = kVectors * V::kWidth;
  if (j + kColumns > block.columns) return j;
  const int64_t tiles = (block.rows + kRows - 1) / kRows;
  const int64_t low = quotient(block.rows, tiles), higher = block.rows - low * tiles;
  for (; j + kColumns <= block.columns; j += kColumns) {
    const float* const next = j + kColumns < block.columns ? block.b + j + kColumns : block.next;
    Ahead ahead{tiles > kFewTiles ? next : nullptr, quotient(block.k + tiles - 1, tiles)};
    if (higher > 0) run_tiles<V, kRows, kVectors>(block, low + 1, higher, 0, j, ahead);
    if (ahead.right) ahead.right += higher * ahead.rows * block.ldb;
    run_tiles<V, kRows, kVectors>(block, low, tiles - higher, higher * (low + 1), j, ahead);
    finish(j, kColumns);
  }
  return j;
}

template <class V, class Finish>
void run_block(const Block& block, Finish finish) {
  using Shape = TileShape<V::kWidth>;
  int64_t j = block.rows <= kThinRows ? run_strips<V, kThinRows, Shape::kThinVectors>(block, 0, finish) : 0;
  j = run_strips<V, Shape::kRows, Shape::kVectors>(block, j, finish);
  run_strips<V, Shape::kRows, 1>(block, j, finish);
}

// What happens to a strip that needs nothing more.
inline void leave(int64_t, int64_t) {}

}  // namespace
}  // namespace plummet
