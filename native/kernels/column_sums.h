// Sums of columns, in the order of rows: the gradient of a bias.
#pragma once
#include "memory.h"

namespace plummet {
namespace {

template <class V>
int column_sums(const KernelArgs& args, int64_t begin, int64_t end) {
  constexpr int kVectors = 16 / V::kWidth;
  const int64_t rows = args.dim[0], ld = args.dim[2];
  for (int64_t unit = begin; unit < end; unit++) {
    const float* dy = operand<const float>(args, 0) + unit * 16;
    V total[kVectors];
    for (int v = 0; v < kVectors; v++) total[v] = V(0.0f);
    for (int64_t i = 0; i < rows; i++) {
      for (int v = 0; v < kVectors; v++) total[v] = total[v] + V::load(dy + i * ld + v * V::kWidth);
    }
    float* out = operand<float>(args, 1) + unit * 16;
    for (int v = 0; v < kVectors; v++) total[v].store(out + v * V::kWidth);
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
