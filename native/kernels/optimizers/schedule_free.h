// Schedule-free SGD and AdamW: Defazio et al. 2024, Algorithm 1, in the form that holds y (the parameter) and z.
// stepRate = learningRate · (1 − momentum · (1 − average)).
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct ScheduleFreeSgd {
  static constexpr int kStates = 1;
  struct Hyper {
    float first, weight_decay, average, learning_rate, step_rate;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& z) {
    z = select(V(h.first) > V(0.0f), p, z);
    g = g + V(h.weight_decay) * p;
    p = (p + V(h.average) * (z - p)) - V(h.step_rate) * g;
    z = z - V(h.learning_rate) * g;
  }
};

struct ScheduleFreeAdamw {
  static constexpr int kStates = 2;
  struct Hyper {
    float first, beta2, one_minus_beta2, root_scale, epsilon, weight_decay, decay, average, learning_rate, step_rate;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& z, V& v) {
    z = select(V(h.first) > V(0.0f), p, z);
    v = V(h.beta2) * v + (V(h.one_minus_beta2) * g) * g;
    p = V(h.decay) * p;
    const V d = g / (sqrt(v) * V(h.root_scale) + V(h.epsilon)) + V(h.weight_decay) * p;
    p = (p + V(h.average) * (z - p)) - V(h.step_rate) * d;
    z = z - V(h.learning_rate) * d;
  }
};

}  // namespace
}  // namespace plummet
