// Sophia-G: Liu et al. 2023, Algorithm 3, as in the authors' code. scale = rho · batchSize.
// Where estimate is 1 only the Hessian's diagonal moves, by gradients of sampled labels; else all but it.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct SophiaG {
  static constexpr int kStates = 2;
  struct Hyper {
    float estimate, beta1, one_minus_beta1, beta2, one_minus_beta2, learning_rate, scale, epsilon, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& s) {
    const V zero(0.0f), one(1.0f), estimate(h.estimate);
    const V mean = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    const V ratio = abs(mean) / (V(h.scale) * s + V(h.epsilon));
    const V moved = V(h.decay) * p - (V(h.learning_rate) * sign(mean)) * select(one > ratio, ratio, one);
    s = select(estimate > zero, V(h.beta2) * s + (V(h.one_minus_beta2) * g) * g, s);
    m = select(estimate > zero, m, mean);
    p = select(estimate > zero, p, moved);
  }
};

}  // namespace
}  // namespace plummet
