// The loop of element-wise rules that are a part of a step. A rule is a struct with the number of its arrays, which of
// them it reads and which it writes, one bit each, the scalars it needs, and `update`, its formula for one vector.
#pragma once
#include <string.h>

#include "../memory.h"

namespace plummet {
namespace {

// Up to `count` elements from `i`, of every array.
template <class Rule, class V>
void rule_vector(const typename Rule::Hyper& hyper, float* const* array, int64_t i, int64_t count) {
  V x[Rule::kArrays];
  for (int a = 0; a < Rule::kArrays; a++) {
    x[a] = (Rule::kReads >> a & 1) != 0 ? load_part<V>(array[a] + i, count) : V(0.0f);
  }
  Rule::update(hyper, x);
  for (int a = 0; a < Rule::kArrays; a++) {
    if ((Rule::kWrites >> a & 1) != 0) store_part(x[a], array[a] + i, count);
  }
}

template <class Rule, class V>
int rule_step(const KernelArgs& args, int64_t begin, int64_t end) {
  typename Rule::Hyper hyper;
  memcpy(&hyper, args.operand[Rule::kArrays], sizeof(hyper));
  float* array[Rule::kArrays];
  for (int a = 0; a < Rule::kArrays; a++) array[a] = operand<float>(args, a);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  int64_t i = begin * 16;
  for (; i + V::kWidth <= n; i += V::kWidth) rule_vector<Rule, V>(hyper, array, i, V::kWidth);
  if (i < n) rule_vector<Rule, V>(hyper, array, i, n - i);
  return kOk;
}

// Arrays: x, y, out; x and out may be the same.
struct AddScaled {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b011, kWrites = 0b100;
  struct Hyper {
    float scale;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    x[2] = x[0] + V(h.scale) * x[1];
  }
};

// Arrays: parameter, x.
struct SubtractScaled {
  static constexpr int kArrays = 2;
  static constexpr unsigned kReads = 0b11, kWrites = 0b01;
  struct Hyper {
    float scale, decay;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    x[0] = V(h.decay) * x[0] - V(h.scale) * x[1];
  }
};

}  // namespace
}  // namespace plummet
