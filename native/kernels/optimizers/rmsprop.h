// RMSprop: Tieleman and Hinton 2012, lecture 6.5; centered: Graves 2013, equations 38 to 45.
// The centered variance is never below 0; ε stands inside the root (Keras), outside (PyTorch), or both.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Rmsprop {
  static constexpr int kStates = 1;
  struct Hyper {
    float alpha, one_minus_alpha, rate, inner_epsilon, outer_epsilon, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& v) {
    g = g + V(h.weight_decay) * p;
    v = V(h.alpha) * v + (V(h.one_minus_alpha) * g) * g;
    p = V(h.decay) * p - (V(h.rate) * g) / (sqrt(v + V(h.inner_epsilon)) + V(h.outer_epsilon));
  }
};

struct RmspropCentered {
  static constexpr int kStates = 2;
  using Hyper = Rmsprop::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& v, V& a) {
    g = g + V(h.weight_decay) * p;
    v = V(h.alpha) * v + (V(h.one_minus_alpha) * g) * g;
    a = V(h.alpha) * a + V(h.one_minus_alpha) * g;
    const V d = v - a * a, variance = select(V(0.0f) > d, V(0.0f), d);
    p = V(h.decay) * p - (V(h.rate) * g) / (sqrt(variance + V(h.inner_epsilon)) + V(h.outer_epsilon));
  }
};

struct RmspropMomentum {
  static constexpr int kStates = 2;
  struct Hyper {
    float alpha, one_minus_alpha, rate, inner_epsilon, outer_epsilon, weight_decay, decay, momentum, learning_rate;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& v, V& b) {
    g = g + V(h.weight_decay) * p;
    v = V(h.alpha) * v + (V(h.one_minus_alpha) * g) * g;
    b = V(h.momentum) * b + (V(h.rate) * g) / (sqrt(v + V(h.inner_epsilon)) + V(h.outer_epsilon));
    p = V(h.decay) * p - V(h.learning_rate) * b;
  }
};

struct RmspropCenteredMomentum {
  static constexpr int kStates = 3;
  using Hyper = RmspropMomentum::Hyper;
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& v, V& a, V& b) {
    g = g + V(h.weight_decay) * p;
    v = V(h.alpha) * v + (V(h.one_minus_alpha) * g) * g;
    a = V(h.alpha) * a + V(h.one_minus_alpha) * g;
    const V d = v - a * a, variance = select(V(0.0f) > d, V(0.0f), d);
    b = V(h.momentum) * b + (V(h.rate) * g) / (sqrt(variance + V(h.inner_epsilon)) + V(h.outer_epsilon));
    p = V(h.decay) * p - V(h.learning_rate) * b;
  }
};

}  // namespace
}  // namespace plummet
