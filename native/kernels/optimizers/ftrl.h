// FTRL-Proximal: McMahan et al. 2013, Algorithm 1, with shrinkage and the power of the rate as in Keras.
// Powers are products of repeated square roots, one for each binary digit of the exponent.
#pragma once
#include "optimizer.h"

namespace plummet {
namespace {

// xᵉ for an exponent in [0, 1]; 0.5 is one square root.
template <class V>
V fraction_power(V x, float exponent) {
  V y(1.0f);
  for (int i = 0; exponent > 0.0f && i < 32; i++) {
    if (exponent >= 1.0f) {
      y = y * x;
      exponent = exponent - 1.0f;
    }
    x = sqrt(x);
    exponent = exponent + exponent;
  }
  return y;
}

struct Ftrl {
  static constexpr int kStates = 2;
  struct Hyper {
    float power, inverse_rate, l1, ridge, shrinkage, decay;
  };
  template <class V>
  static void update(const Hyper& h, V& p, V g, V& a, V& z) {
    p = V(h.decay) * p;
    const V n = a + g * g, root = fraction_power(n, h.power), l1(h.l1);
    const V sigma = (root - fraction_power(a, h.power)) * V(h.inverse_rate);
    z = z + ((g + V(h.shrinkage) * p) - sigma * p);
    a = n;
    const V clipped = select(z > l1, l1, select(-l1 > z, -l1, z));
    const V curvature = root * V(h.inverse_rate) + V(h.ridge);
    p = select(curvature == V(0.0f), V(0.0f), (clipped - z) / curvature);
  }
};

}  // namespace
}  // namespace plummet
