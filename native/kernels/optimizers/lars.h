// LARS: You et al. 2017, Algorithm 1, as in optax: the rate is inside the momentum buffer, whose sign is that of the
// step. scale = learningRate · ratio; the gradient has the weight decay in it.
#pragma once
#include "rule.h"

namespace plummet {
namespace {

// Arrays: parameter, gradient, momentumBuffer.
struct LarsStep {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b111, kWrites = 0b101;
  struct Hyper {
    float scale, momentum, lookahead;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V d = V(h.scale) * x[1];
    x[2] = V(h.momentum) * x[2] - d;
    x[0] = x[0] + select(V(h.lookahead) > V(0.0f), V(h.momentum) * x[2] - d, x[2]);
  }
};

}  // namespace
}  // namespace plummet
