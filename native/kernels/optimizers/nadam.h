// NAdam: Dozat 2016, Algorithm 8, with the momentum's schedule of PyTorch and Keras.
// The schedule and both corrections are folded into the rates of the mean and of the gradient.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Nadam {
  static constexpr int kStates = 2;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, mean_rate, gradient_rate, root_scale, epsilon;
    float weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m, V& v) {
    g = g + V(h.weight_decay) * p;
    m = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    const V step = V(h.mean_rate) * m + V(h.gradient_rate) * g;
    p = V(h.decay) * p - step / (sqrt(v) * V(h.root_scale) + V(h.epsilon));
  }
};

}  // namespace
}  // namespace plummet
