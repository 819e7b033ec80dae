// Adagrad: Duchi, Hazan and Singer 2011, the diagonal form of Figure 1.
// The decay of the rate is folded into the scalar; ε stands inside the root (Keras), outside (PyTorch), or both.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Adagrad {
  static constexpr int kStates = 1;
  struct Hyper {
    float rate, inner_epsilon, outer_epsilon, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& s) {
    g = g + V(h.weight_decay) * p;
    s = s + g * g;
    p = V(h.decay) * p - (V(h.rate) * g) / (sqrt(s + V(h.inner_epsilon)) + V(h.outer_epsilon));
  }
};

}  // namespace
}  // namespace plummet
