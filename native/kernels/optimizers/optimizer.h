// The loop that all element-wise optimizers share. An optimizer is a struct with the number of its states, the scalars
// it needs, and `update`, its formula for one vector of parameters.
#pragma once
#include <string.h>

#include "../memory.h"

namespace plummet {
namespace {

// Up to `count` elements from `i`, of the parameter, its gradient and its states.
template <class Optimizer, class V>
void optimizer_vector(const typename Optimizer::Hyper& hyper, float* const* array, int64_t i, int64_t count) {
  V p = load_part<V>(array[0] + i, count);
  const V g = load_part<V>(array[1] + i, count);
  V state[Optimizer::kStates + 1];
  for (int s = 0; s < Optimizer::kStates; s++) state[s] = load_part<V>(array[2 + s] + i, count);
  if constexpr (Optimizer::kStates == 0) Optimizer::update(hyper, p, g);
  if constexpr (Optimizer::kStates == 1) Optimizer::update(hyper, p, g, state[0]);
  if constexpr (Optimizer::kStates == 2) Optimizer::update(hyper, p, g, state[0], state[1]);
  if constexpr (Optimizer::kStates == 3) Optimizer::update(hyper, p, g, state[0], state[1], state[2]);
  if constexpr (Optimizer::kStates == 4) Optimizer::update(hyper, p, g, state[0], state[1], state[2], state[3]);
  if constexpr (Optimizer::kStates == 5)
    Optimizer::update(hyper, p, g, state[0], state[1], state[2], state[3], state[4]);
  static_assert(Optimizer::kStates <= 5, "one more line above");
  store_part(p, array[0] + i, count);
  for (int s = 0; s < Optimizer::kStates; s++) store_part(state[s], array[2 + s] + i, count);
}

template <class Optimizer, class V>
int optimizer_step(const KernelArgs& args, int64_t begin, int64_t end) {
  typename Optimizer::Hyper hyper;
  memcpy(&hyper, args.operand[2 + Optimizer::kStates], sizeof(hyper));
  float* array[2 + Optimizer::kStates];
  for (int s = 0; s < 2 + Optimizer::kStates; s++) array[s] = operand<float>(args, s);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  int64_t i = begin * 16;
  for (; i + V::kWidth <= n; i += V::kWidth) optimizer_vector<Optimizer, V>(hyper, array, i, V::kWidth);
  if (i < n) optimizer_vector<Optimizer, V>(hyper, array, i, n - i);
  return kOk;
}

template <class V>
V sign(V x) {
  return select(x > V(0.0f), V(1.0f), select(V(0.0f) > x, V(-1.0f), x));
}

}  // namespace
}  // namespace plummet
