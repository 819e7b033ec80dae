// Adam: Kingma and Ba 2015, Algorithm 1. AMSGrad: Reddi et al. 2018, Algorithm 2.
// The bias corrections are folded into two scalars: rate = learningRate / (1 − β₁ᵗ), rootScale = 1 / √(1 − β₂ᵗ).
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adam {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, weight_decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    p = p - (V(h.rate) * m) / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
  }
};

struct AdamAmsgrad {
  static constexpr int kStates = 3;
  using Hyper = Adam::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v, V& u) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    u = select(u > v, u, v);
    p = p - (V(h.rate) * m) / (sqrt(u) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
