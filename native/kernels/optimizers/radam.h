// RAdam: Liu et al. 2020, Algorithm 2.
// Where the variance cannot be rectified, `rectified` is 0 and the divisor 1.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Radam {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, rectified, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    const V root = sqrt(v) * V(h.root_scale) + V(h.epsilon);
    p = V(h.decay) * p - (V(h.rate) * m) / select(V(h.rectified) > V(0.0f), root, V(1.0f));
  }
};

}  // namespace
}  // namespace plummet
