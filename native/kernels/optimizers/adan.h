// Adan: Xie et al. 2022, Algorithm 1, as in the authors' code: the betas are the complements of the paper's.
// The corrections are folded into rate = learningRate / (1 − β₁ᵗ), differenceRate = learningRate · β₂ / (1 − β₂ᵗ),
// rootScale.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adan {
  static constexpr int kStates = 4;
  struct Hyper {
    float first, beta1, one_minus_beta1, beta2, one_minus_beta2, beta3, one_minus_beta3, rate, difference_rate,
        root_scale, epsilon, decay, proximal;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v, V& d, V& n) {
    const V difference = g + select(V(h.first) > V(0.0f), -g, n);
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    d = V(h.beta2) * d + V(h.one_minus_beta2) * difference;
    const V u = g + V(h.beta2) * difference;
    v = V(h.beta3) * v + (V(h.one_minus_beta3) * u) * u;
    n = -g;
    const V step = (V(h.rate) * m + V(h.difference_rate) * d) / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
    p = (V(h.decay) * p - step) * V(h.proximal);
  }
};

}  // namespace
}  // namespace plummet
