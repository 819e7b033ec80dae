// Two of the three products of a dense layer. Kernels are panelled, activations are padded, so nothing has an edge.
#pragma once
#include "../activations.h"
#include "../memory.h"
#include "block.h"
#include "units.h"

namespace plummet {
namespace {

// out = activation(x·w + bias).
template <class V>
int dense(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t rows = args.dim[0], inputs = args.dim[1], outputs = args.dim[2], ldx = args.dim[3], ld = args.dim[4];
  const Strided x{operand<const float>(args, 0), ldx, 1};
  const float* const kernel = operand<const float>(args, 1);
  const float* const bias = operand<const float>(args, 2);
  with_activation(args.dim[5], [&](auto activation) {
    for_parts(args.blocking, begin, end, rows, inputs,
              [&](int64_t q, int64_t from, int64_t count, int64_t p, int64_t length) {
                const int64_t j = q * kPanel, width = panel_width(outputs, q);
                float* const out = operand<float>(args, 3) + from * ld + j;
                const float* const right = kernel + j * inputs + p * width;
                const Block block{count,
                                  width,
                                  length,
                                  x.at(from, p),
                                  right,
                                  width,
                                  out,
                                  ld,
                                  p > 0,
                                  bias ? bias + j : nullptr,
                                  right + kPanel * inputs};
                if (is_linear(activation) || p + length < inputs) return run_block<V>(block, leave);
                run_block<V>(block, [&](int64_t column, int64_t columns) {
                  activate_tile<V>(activation, out + column, ld, count, columns);
                });
              });
  });
  return kOk;
}

// out = xᵀ·dy, in panels.
template <class V>
int dense_kernel_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t rows = args.dim[0], inputs = args.dim[1], outputs = args.dim[2], ldx = args.dim[3], ldy = args.dim[4];
  const Strided x{operand<const float>(args, 0), 1, ldx};
  const float* const dy = operand<const float>(args, 1);
  for_parts(by_columns(args.blocking), begin, end, inputs, rows,
            [&](int64_t q, int64_t from, int64_t count, int64_t p, int64_t length) {
              const int64_t j = q * kPanel, width = panel_width(outputs, q);
              const float* const right = dy + p * ldy + j;
              run_block<V>(
                  Block{count, width, length, x.at(from, p), right, ldy,
                        operand<float>(args, 2) + j * inputs + from * width, width, p > 0, nullptr, right + kPanel},
                  leave);
            });
  return kOk;
}

}  // namespace
}  // namespace plummet
