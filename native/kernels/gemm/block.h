// A block of a matrix product: one panel's columns, any number of rows, a stretch of k.
#pragma once
#include "micro.h"
#include "units.h"

namespace plummet {
namespace {

template <class Left>
struct BlockOf {
  int64_t rows, columns, k;  // columns: a multiple of the vector's width
  Left a;
  const float* b;
  int64_t ldb;
  float* c;
  int64_t ldc;
  bool held;           // c starts as what is stored
  const float* start;  // else as start[j], or +0 without
  const float* next;   // the right-hand matrix of the block to come, where it is known
};
using Block = BlockOf<Strided>;

// Computes `tiles` tiles of `rows` ≤ kRows rows.
template <class V, int kRows, int kVectors, bool kAsk, class Left>
void run_tiles(const BlockOf<Left>& block, int64_t rows, int64_t tiles, int64_t i, int64_t j, const float* next) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return run_tiles<V, kRows - 1, kVectors, kAsk>(block, rows, tiles, i, j, next);
  }
  float* c = block.c + i * block.ldc + j;
  const Left a = block.a.at(i, 0);
  if (block.held) {
    micro_kernel<V, kRows, kVectors, true, kAsk>(tiles, block.k, a, block.b + j, block.ldb, c, block.ldc, nullptr,
                                                 next);
  } else {
    micro_kernel<V, kRows, kVectors, false, kAsk>(tiles, block.k, a, block.b + j, block.ldb, c, block.ldc,
                                                  block.start ? block.start + j : nullptr, next);
  }
}

template <bool kAsks>
struct Asking {
  static constexpr bool kAsk = kAsks;
};

// To ask ahead pays where so many tiles share it, and for strips that are not in the nearest cache by themselves.
constexpr int64_t kFewTiles = 4;
constexpr int64_t kLongStrip = 64;

// Columns from j on, kVectors vectors at a time, for all rows, in tiles whose heights differ by one row at most: the
// part of the right-hand matrix that they share stays in the nearest cache, and the first of them asks for the next
// strip's. `finish` is called with each strip when it is done: (column, columns). Returns the column it comes to.
template <class V, int kRows, int kVectors, class Left, class Finish>
int64_t run_strips(const BlockOf<Left>& block, int64_t j, Finish finish) {
  constexpr int64_t kColumns = kVectors * V::kWidth;
  if (j + kColumns > block.columns) return j;
  const int64_t tiles = (block.rows + kRows - 1) / kRows;
  const int64_t low = quotient(block.rows, tiles), higher = block.rows - low * tiles;
  const bool ask = tiles > kFewTiles && block.k >= kLongStrip;
  for (; j + kColumns <= block.columns; j += kColumns) {
    const float* const next = j + kColumns < block.columns ? block.b + j + kColumns : block.next;
    int64_t done = 0;  // tiles
    const auto run = [&](auto asks, int64_t height, int64_t count) {
      if (count <= 0) return;
      const int64_t i = done * low + smaller(done, higher);
      run_tiles<V, kRows, kVectors, asks.kAsk>(block, height, count, i, j, next);
      done += count;
    };
    if (next && ask) run(Asking<true>(), low + (higher > 0), 1);
    run(Asking<false>(), low + 1, higher - done);
    run(Asking<false>(), low, tiles - done);
    finish(j, kColumns);
  }
  return j;
}

template <class V, class Left, class Finish>
void run_block(const BlockOf<Left>& block, Finish finish) {
  using Shape = TileShape<V::kWidth>;
  // A single tile: to find out which would take longer than to compute it.
  if (block.rows <= Shape::kRows && block.columns == Shape::kVectors * V::kWidth) {
    run_tiles<V, Shape::kRows, Shape::kVectors, false>(block, block.rows, 1, 0, 0, nullptr);
    return finish(0, block.columns);
  }
  int64_t j = block.rows <= kThinRows ? run_strips<V, kThinRows, Shape::kThinVectors>(block, 0, finish) : 0;
  j = run_strips<V, Shape::kRows, Shape::kVectors>(block, j, finish);
  run_strips<V, Shape::kRows, 1>(block, j, finish);
}

// What happens to a strip that needs nothing more.
inline void leave(int64_t, int64_t) {}

}  // namespace
}  // namespace plummet
