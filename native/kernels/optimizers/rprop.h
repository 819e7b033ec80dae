// Rprop: Riedmiller and Braun 1993, in the form of Igel and Hüsken 2000, Algorithm 4 (iRprop⁻), as in PyTorch.
// Where PyTorch has the product of two gradients stands that of their signs, which cannot underflow.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Rprop {
  static constexpr int kStates = 2;
  struct Hyper {
    float learning_rate, first, eta_minus, eta_plus, step_min, step_max, weight_decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& previous, V& s) {
    g = g + V(h.weight_decay) * p;
    s = select(V(h.first) > V(0.0f), V(h.learning_rate), s);
    const V zero(0.0f), same = sign(g) * sign(previous);
    s = s * select(same > zero, V(h.eta_plus), select(zero > same, V(h.eta_minus), V(1.0f)));
    s = select(s > V(h.step_max), V(h.step_max), s);
    s = select(V(h.step_min) > s, V(h.step_min), s);
    g = select(zero > same, zero, g);
    previous = g;
    p = p - sign(g) * s;
  }
};

}  // namespace
}  // namespace plummet
