// Adamax: Kingma and Ba 2015, Algorithm 2.
// ε is added to the gradient's magnitude (PyTorch) or to the divisor (Keras); the paper has none.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adamax {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, rate, inner_epsilon, outer_epsilon, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& u) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    const V held = V(h.beta2) * u, fresh = abs(g) + V(h.inner_epsilon);
    u = select(held > fresh, held, fresh);
    p = V(h.decay) * p - (V(h.rate) * m) / (u + V(h.outer_epsilon));
  }
};

}  // namespace
}  // namespace plummet
