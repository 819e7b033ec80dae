// The matrix product of row-major matrices of any size.
#pragma once
#include "../memory.h"
#include "block.h"
#include "pack.h"
#include "units.h"

namespace plummet {
namespace {

// Where rows of b lie so far apart that they compete for places in the cache, a copy pays, unless few rows of c are to
// share it.
constexpr int64_t kFarApart = 256;
constexpr int64_t kFewRows = 24;

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
  float* const packed = static_cast<float*>(args.workspace);
  float* const copy = packed + kStretch * kPanel;
  for_slabs(begin, end, m, k, [&](const Slab& slab) {
    const bool held = accumulate || slab.p > 0;
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
      if (width == columns) {
        return run_block<V>({rows, width, slab.length, left, right, ldb, c, n, held, nullptr}, leave);
      }
      for (int64_t i = 0; i < rows; i += kRowBlock) {
        const int64_t count = smaller(rows - i, kRowBlock);
        const Edge edge{c + i * n, n, columns, copy, width};
        if (held) edge.fetch(count);
        run_block<V>({count, width, slab.length, left.at(i, 0), right, ldb, copy, width, held, nullptr}, leave);
        edge.store(count);
      }
    });
  });
  return kOk;
}

}  // namespace
}  // namespace plummet
