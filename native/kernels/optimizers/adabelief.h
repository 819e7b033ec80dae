// AdaBelief: Zhuang et al. 2020, Algorithm 2; with AMSGrad's maximum as in the authors' code.
// The bias corrections are folded into two scalars: rate = learningRate / (1 − β₁ᵗ), rootScale = 1 / √(1 − β₂ᵗ).
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adabelief {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, epsilon_root, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& s) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    const V d = g - m;
    s = (V(h.beta2) * s + (V(h.one_minus_beta2) * d) * d) + V(h.epsilon_root);
    p = V(h.decay) * p - (V(h.rate) * m) / (sqrt(s) * V(h.root_scale) + V(h.epsilon));
  }
};

struct AdabeliefAmsgrad {
  static constexpr int kStates = 3;
  using Hyper = Adabelief::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& s, V& u) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    const V d = g - m;
    s = (V(h.beta2) * s + (V(h.one_minus_beta2) * d) * d) + V(h.epsilon_root);
    u = select(u > s, u, s);
    p = V(h.decay) * p - (V(h.rate) * m) / (sqrt(u) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
