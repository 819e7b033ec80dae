// NovoGrad: Ginsburg et al. 2019, Algorithm 1: a step with the gradient over the mean norm of its tensor.
#pragma once
#include "rule.h"

namespace plummet {
namespace {

// Arrays: parameter, gradient, momentumBuffer.
struct NovogradStep {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b111, kWrites = 0b101;
  struct Hyper {
    float norm, weight_decay, momentum, gain, learning_rate;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V d = x[1] / V(h.norm) + V(h.weight_decay) * x[0];
    x[2] = V(h.momentum) * x[2] + V(h.gain) * d;
    x[0] = x[0] - V(h.learning_rate) * x[2];
  }
};

}  // namespace
}  // namespace plummet
