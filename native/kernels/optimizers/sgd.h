// Stochastic gradient descent: Robbins and Monro 1951; momentum: Polyak 1964; Nesterov's: Sutskever et al. 2013, as in
// PyTorch. On the first step momentum is 0 and oneMinusDampening 1, so that the buffer begins as the gradient.
// SgdVelocity: in Keras's form, with the rate inside the buffer.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Sgd {
  static constexpr int kStates = 0;
  struct Hyper {
    float learning_rate, weight_decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g) {
    g = g + V(h.weight_decay) * p;
    p = p - V(h.learning_rate) * g;
  }
};

struct SgdMomentum {
  static constexpr int kStates = 1;
  struct Hyper {
    float learning_rate, weight_decay, momentum, one_minus_dampening;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& b) {
    g = g + V(h.weight_decay) * p;
    b = V(h.momentum) * b + V(h.one_minus_dampening) * g;
    p = p - V(h.learning_rate) * b;
  }
};

struct SgdNesterov {
  static constexpr int kStates = 1;
  struct Hyper {
    float learning_rate, weight_decay, momentum, one_minus_dampening, lookahead;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& b) {
    g = g + V(h.weight_decay) * p;
    b = V(h.momentum) * b + V(h.one_minus_dampening) * g;
    p = p - V(h.learning_rate) * (g + V(h.lookahead) * b);
  }
};

struct SgdVelocity {
  static constexpr int kStates = 1;
  struct Hyper {
    float learning_rate, momentum, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& b) {
    b = V(h.momentum) * b - V(h.learning_rate) * g;
    p = V(h.decay) * p + b;
  }
};

struct SgdVelocityNesterov {
  static constexpr int kStates = 1;
  using Hyper = SgdVelocity::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& b) {
    const V step = V(h.learning_rate) * g;
    b = V(h.momentum) * b - step;
    p = V(h.decay) * p + (V(h.momentum) * b - step);
  }
};

}  // namespace
}  // namespace plummet
