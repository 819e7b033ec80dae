// ADOPT: Taniguchi et al. 2024, Algorithm 2, with the clipping of the authors' code.
// On the first step limit is 0, so that only the second moment begins: as the square of the gradient.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adopt {
  static constexpr int kStates = 2;
  struct Hyper {
    float learning_rate, beta1, one_minus_beta1, beta2, one_minus_beta2, epsilon, limit, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    g = g + V(h.weight_decay) * p;
    const V root = sqrt(v), limit(h.limit);
    V n = g / select(V(h.epsilon) > root, V(h.epsilon), root);
    n = select(n > limit, limit, select(-limit > n, -limit, n));
    m = V(h.beta1) * m + V(h.one_minus_beta1) * n;
    p = V(h.decay) * p - V(h.learning_rate) * m;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
  }
};

}  // namespace
}  // namespace plummet
