// AdEMAMix: Pagliardini, Ablin and Grangier 2024, Algorithm 1.
// The bias corrections are folded into the scalars: rate = learningRate / (1 − β₁ᵗ), slowRate = learningRate · α,
// rootScale.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Ademamix {
  static constexpr int kStates = 3;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, beta3, one_minus_beta3, rate, slow_rate, root_scale, epsilon,
        weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v, V& slow) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    slow = V(h.beta3) * slow + V(h.one_minus_beta3) * g;
    p = V(h.decay) * p - (V(h.rate) * m + V(h.slow_rate) * slow) / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
