// AdamW: Loshchilov and Hutter 2019, Algorithm 2; AMSGrad: Reddi et al. 2018, Algorithm 2.
// As in PyTorch the decay is 1 − learningRate · λ; the paper's has the schedule's factor in the place of the rate.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adamw {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    p = V(h.decay) * p - (V(h.rate) * m) / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
  }
};

struct AdamwAmsgrad {
  static constexpr int kStates = 3;
  using Hyper = Adamw::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v, V& u) {
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    u = select(u > v, u, v);
    p = V(h.decay) * p - (V(h.rate) * m) / (sqrt(u) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
