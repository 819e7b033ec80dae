// signSGD and Signum: Bernstein et al. 2018, Algorithms 1 and 2.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct SignSgd {
  static constexpr int kStates = 0;
  struct Hyper {
    float learning_rate, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g) {
    g = g + V(h.weight_decay) * p;
    p = V(h.decay) * p - V(h.learning_rate) * sign(g);
  }
};

struct Signum {
  static constexpr int kStates = 1;
  struct Hyper {
    float learning_rate, momentum, one_minus_momentum, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& m) {
    g = g + V(h.weight_decay) * p;
    m = V(h.momentum) * m + V(h.one_minus_momentum) * g;
    p = V(h.decay) * p - V(h.learning_rate) * sign(m);
  }
};

}  // namespace
}  // namespace plummet
