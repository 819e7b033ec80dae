// Averaged SGD: Polyak and Juditsky 1992, with the rates of Bottou 2010, as in PyTorch.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

struct Asgd {
  static constexpr int kStates = 1;
  struct Hyper {
    float eta, mu, weight_decay, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& ax) {
    g = g + V(h.weight_decay) * p;
    p = V(h.decay) * p - V(h.eta) * g;
    ax = select(V(h.mu) >= V(1.0f), p, ax + V(h.mu) * (p - ax));
  }
};

}  // namespace
}  // namespace plummet
