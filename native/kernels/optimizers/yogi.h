// Yogi: Zaheer et al. 2018, Algorithm 2. With Adam's bias corrections, folded into rate and rootScale.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Yogi {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, one_minus_beta2, rate, root_scale, epsilon, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    const V q = g * g;
    v = v - (V(h.one_minus_beta2) * sign(v - q)) * q;
    p = V(h.decay) * p - (V(h.rate) * m) / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
