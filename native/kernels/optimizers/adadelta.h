// Adadelta: Zeiler 2012, Algorithm 1. With a learning rate, as in PyTorch.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adadelta {
  static constexpr int kStates = 2;
  struct Hyper {
    float rho, one_minus_rho, epsilon, learning_rate, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& v, V& u) {
    g = g + V(h.weight_decay) * p;
    v = V(h.rho) * v + (V(h.one_minus_rho) * g) * g;
    const V d = (sqrt(u + V(h.epsilon)) / sqrt(v + V(h.epsilon))) * g;
    u = V(h.rho) * u + (V(h.one_minus_rho) * d) * d;
    p = V(h.decay) * p - V(h.learning_rate) * d;
  }
};

}  // namespace
}  // namespace plummet
