// The matrix product of row-major matrices of any size.
#pragma once
#include "../memory.h"
#include "block.h"
#include "pack.h"
#include "row.h"
#include "units.h"

namespace plummet {
namespace {

// Where rows of b lie so far apart that they compete for places in the cache, a copy pays, unless few rows of c are to
// share it.
constexpr int64_t kFarApart = 256;
constexpr int64_t kFewRows = 24;

// So many panels must share a copy of the left-hand matrix, of which a tile's columns compete otherwise.
constexpr int64_t kFewPanels = 4;

// What `gemm` keeps in its workspace: a panel's part of b, an edge of c, and a slab of a.
static_assert(((kPanel + kMaxSlabRows) * kMaxStretch + kRowBlock * kPanel) * sizeof(float) <= kWorkspaceBytes);

// Rows of c that do not end with a whole vector are computed in a copy.
struct Edge {
  float* c;
  int64_t ldc, columns;
  float* copy;
  int64_t width;

  void fetch(int64_t rows) const { pack_rows(c, ldc, columns, width, rows, copy); }
  void store(int64_t rows) const {
    for (int64_t i = 0; i < rows; i++) memcpy(c + i * ldc, copy + i * width, size_t(columns) * sizeof(float));
  }
};

template <class V>
int gemm(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t m = args.dim[0], n = args.dim[1], k = args.dim[2];
  const bool transpose_a = args.dim[3] != 0, transpose_b = args.dim[4] != 0, accumulate = args.dim[5] != 0;
  const Strided a{operand<const float>(args, 0), transpose_a ? 1 : k, transpose_a ? m : 1};
  const float* const b = operand<const float>(args, 1);
  if (m == 1 && !transpose_b) {
    const int64_t j = begin * kPanel, columns = smaller(end * kPanel, n) - j;
    float* const c = operand<float>(args, 2) + j;
    if (!accumulate) memset(c, 0, size_t(columns) * sizeof(float));
    gemm_row<V>(a.data, a.column, b + j, c, n, k, columns);
    return kOk;
  }
  if (m == 1) {
    for (int64_t j = begin * kPanel; j < smaller(end * kPanel, n); j += kPanel) {
      gemm_row_transposed<V>(a.data, a.column, b + j * k, operand<float>(args, 2) + j, k, smaller(n - j, kPanel),
                             accumulate);
    }
    return kOk;
  }
  float* const packed = static_cast<float*>(args.workspace);
  float* const copy = packed + args.blocking.stretch * kPanel;
  float* const packed_left = copy + kRowBlock * kPanel;
  const int64_t blocks = (m + kRowBlock - 1) / kRowBlock;
  const bool pack_a = transpose_a && m % kSamePlaces == 0 && end - begin >= kFewPanels * blocks;
  for_slabs(transpose_a ? by_columns(args.blocking) : args.blocking, begin, end, m, k, [&](const Slab& slab) {
    const bool held = accumulate || slab.p > 0;
    if (pack_a) pack_left<V>(a.at(slab.from, slab.p), slab.count, slab.length, packed_left);
    slab.for_panels([&](int64_t q, int64_t from, int64_t rows) {
      const int64_t j = q * kPanel;
      const int64_t columns = smaller(n - j, kPanel);
      const int64_t width = (columns + V::kWidth - 1) / V::kWidth * V::kWidth;
      float* const c = operand<float>(args, 2) + from * n + j;
      const Strided left = a.at(from, slab.p);
      const float* right = packed;
      int64_t ldb = width;
      if (transpose_b) {
        pack_transposed<V>(b + j * k + slab.p, k, columns, width, slab.length, packed);
      } else if (width > columns || (n > kFarApart && rows > kFewRows)) {
        pack_rows(b + slab.p * n + j, n, columns, width, slab.length, packed);
      } else {
        right = b + slab.p * n + j;
        ldb = n;
      }
      if (width == columns && !pack_a) {
        return run_block<V>(Block{rows, width, slab.length, left, right, ldb, c, n, held, nullptr, nullptr}, leave);
      }
      for (int64_t i = 0; i < rows; i += kRowBlock) {
        const int64_t count = smaller(rows - i, kRowBlock);
        const Edge edge{c + i * n, n, columns, copy, width};
        const bool whole = width == columns;
        if (held && !whole) edge.fetch(count);
        const float* const block = packed_left + (from + i - slab.from) * slab.length;
        run_block<V>(Block{count, width, slab.length, pack_a ? Strided{block, 1, kRowBlock} : left.at(i, 0), right, ldb,
                           whole ? edge.c : copy, whole ? n : width, held, nullptr, nullptr},
                     leave);
        if (!whole) edge.store(count);
      }
    });
  });
  return kOk;
}

}  // namespace
}  // namespace plummet
