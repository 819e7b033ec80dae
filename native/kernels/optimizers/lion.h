// Lion: Chen et al. 2023, Algorithm 2.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Lion {
  static constexpr int kStates = 1;
  struct Hyper {
    float learning_rate, beta1, one_minus_beta1, beta2, one_minus_beta2, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m) {
    const V c = V(h.beta1) * m + V(h.one_minus_beta1) * g;
    p = V(h.decay) * p - V(h.learning_rate) * sign(c);
    m = V(h.beta2) * m + V(h.one_minus_beta2) * g;
  }
};

}  // namespace
}  // namespace plummet
