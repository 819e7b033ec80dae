// The matrix product of row-major matrices of any size.
#pragma once
#include "../memory.h"
#include "block.h"
#include "pack.h"
#include "units.h"

namespace plummet {
namespace {

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
  for_panels(begin, end, m, [&](int64_t q, int64_t from, int64_t rows) {
    const int64_t j = q * kPanel;
    const int64_t columns = n - j < kPanel ? n - j : kPanel;
    const int64_t width = (columns + V::kWidth - 1) / V::kWidth * V::kWidth;
    float* const c = operand<float>(args, 2) + from * n + j;
    for_stretches(k, [&](int64_t p, int64_t length) {
      const float* right = b + p * n + j;
      int64_t ldb = n;
      if (transpose_b || width > columns) {
        if (transpose_b) {
          pack_transposed(b + j * k + p, k, columns, width, length, packed);
        } else {
          pack_rows(right, n, columns, width, length, packed);
        }
        right = packed;
        ldb = width;
      }
      const bool held = accumulate || p > 0;
      if (width == columns) {
        return run_block<V>({rows, width, length, a.at(from, p), right, ldb, c, n, held, nullptr}, leave);
      }
      for (int64_t i = 0; i < rows; i += kRowBlock) {
        const int64_t count = rows - i < kRowBlock ? rows - i : kRowBlock;
        const Edge edge{c + i * n, n, columns, copy, width};
        if (held) edge.fetch(count);
        run_block<V>({count, width, length, a.at(from + i, p), right, ldb, copy, width, held, nullptr}, leave);
        edge.store(count);
      }
    });
  });
  return kOk;
}

}  // namespace
}  // namespace plummet
