// Softmax along rows, and its gradient.
#pragma once
#include "reduce.h"
#include "transcendentals.h"

namespace plummet {
namespace {

// out_j = exp(x_j − largest), and their sum.
template <class V>
float exponentials(const float* x, float largest, float* out, int64_t columns) {
  return sum<V>(columns, [=](int64_t j) {
    const V e = exp(V::load(x + j) - V(largest));
    e.store(out + j);
    return e;
  });
}

template <class V>
int softmax(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t columns = args.dim[1], ld = args.dim[2];
  for (int64_t i = begin; i < end; i++) {
    const float* x = operand<const float>(args, 0) + i * ld;
    float* out = operand<float>(args, 1) + i * ld;
    const V s(exponentials<V>(x, maximum<V>(x, columns), out, columns));
    for (int64_t j = 0; j < columns; j += V::kWidth) (V::load(out + j) / s).store(out + j);
  }
  return kOk;
}

template <class V>
int softmax_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t columns = args.dim[1], ld = args.dim[2];
  for (int64_t i = begin; i < end; i++) {
    const float* y = operand<const float>(args, 0) + i * ld;
    const float* dy = operand<const float>(args, 1) + i * ld;
    float* out = operand<float>(args, 2) + i * ld;
    const V s(sum<V>(columns, [=](int64_t j) { return V::load(dy + j) * V::load(y + j); }));
    for (int64_t j = 0; j < columns; j += V::kWidth) {
      ((V::load(dy + j) - s) * V::load(y + j)).store(out + j);
    }
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
