// LAMB: You et al. 2020, Algorithm 2: the direction, whose norm the trust ratio is made of.
// The corrections are meanScale = 1 / (1 − β₁ᵗ), squareScale = 1 / (1 − β₂ᵗ).
#pragma once
#include "rule.h"

namespace plummet {
namespace {

// Arrays: parameter, gradient, expAvg, expAvgSq, direction; the gradient and the direction may be the same.
struct LambDirection {
  static constexpr int kArrays = 5;
  static constexpr unsigned kReads = 0b01111, kWrites = 0b11100;
  struct Hyper {
    float beta1, one_minus_beta1, beta2, one_minus_beta2, mean_scale, square_scale, epsilon_root, epsilon, weight_decay;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V g = x[1];
    x[2] = V(h.beta1) * x[2] + V(h.one_minus_beta1) * g;
    x[3] = V(h.beta2) * x[3] + (V(h.one_minus_beta2) * g) * g;
    const V root = sqrt(V(h.square_scale) * x[3] + V(h.epsilon_root)) + V(h.epsilon);
    x[4] = (V(h.mean_scale) * x[2]) / root + V(h.weight_decay) * x[0];
  }
};

}  // namespace
}  // namespace plummet
