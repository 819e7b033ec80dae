// Prodigy: Mishchenko and Defazio 2023, Algorithm 4; Adam with D-Adaptation: Defazio and Mishchenko 2023, Algorithm 5:
// both as in the authors' code. d, the estimated distance to the solution, is one for all tensors of a part.
#pragma once
#include <math.h>

#include "../gradient_shape.h"
#include "rule.h"

namespace plummet {
namespace {

// Arrays: gradient, expAvg, expAvgSq, s.
struct DistanceMoments {
  static constexpr int kArrays = 4;
  static constexpr unsigned kReads = 0b1111, kWrites = 0b1110;
  struct Hyper {
    float beta1, mean_rate, beta2, square_rate, beta3, sum_rate;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V g = x[0];
    x[1] = V(h.beta1) * x[1] + V(h.mean_rate) * g;
    x[2] = V(h.beta2) * x[2] + (V(h.square_rate) * g) * g;
    x[3] = V(h.beta3) * x[3] + V(h.sum_rate) * g;
  }
};

// Arrays: parameter, expAvg, expAvgSq.
struct DistanceStep {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b111, kWrites = 0b001;
  struct Hyper {
    float decay, rate, epsilon, active;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V moved = V(h.decay) * x[0] - (V(h.rate) * x[1]) / (sqrt(x[2]) + V(h.epsilon));
    x[0] = select(V(h.active) > V(0.0f), moved, x[0]);
  }
};

// What a parameter was at first: 16 elements whose first is NaN become those of the parameter, others stay. Operands:
// parameter, kept.
template <class V>
int keep_first(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* parameter = operand<const float>(args, 0);
  float* kept = operand<float>(args, 1);
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t i = unit * 16, count = args.dim[0] - i < 16 ? args.dim[0] - i : 16;
    if (kept[i] != kept[i]) memcpy(kept + i, parameter + i, size_t(count) * sizeof(float));
  }
  return kOk;
}

enum DistanceKind : int64_t { kProdigy = 0, kDadapt = 1 };

// Partial sums of x · (y − z), or, for D-Adaptation, of x · (y / (√z + epsilon)). Operands: x, y, z, epsilon, partials.
// Dims: rows, columns, width, panelled, kind. Units are those of gradientNorm.
template <class V>
int product_sums(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  const float* y = operand<const float>(args, 1);
  const float* z = operand<const float>(args, 2);
  const double epsilon = double(*operand<const float>(args, 3));
  float* partials = operand<float>(args, 4);
  for (int64_t block = begin; block < end; block++) {
    double sum;
    if (args.dim[4] == kProdigy) {
      sum = reduce_block(shape, block, Plus(),
                         [=](int64_t at) { return double(x[at]) * (double(y[at]) - double(z[at])); });
    } else {
      sum = reduce_block(shape, block, Plus(), [=](int64_t at) {
        return double(x[at]) * (double(y[at]) / (::sqrt(double(z[at])) + epsilon));
      });
    }
    store_double(partials + 2 * block, sum);
  }
  return kOk;
}

// What the table says of both, in the order of its row.
struct DistanceHyper {
  float beta1, one_minus_beta1, beta2, one_minus_beta2, beta3, one_minus_beta3, rate, d0, safeguard, coefficient,
      growth_rate, epsilon, weight_decay;

  explicit DistanceHyper(const float* from) { memcpy(this, from, sizeof(*this)); }
};

// Operands: d, hyper, out (the scalars of distanceMoments). Dims: kind.
template <class V>
int distance_rates(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const DistanceHyper h(operand<const float>(args, 1));
  float* out = operand<float>(args, 2);
  const double d = double(*operand<const float>(args, 0)), step = d * double(h.rate);
  const bool prodigy = args.dim[0] == kProdigy;
  const bool still = prodigy && h.rate == 0;  // then nothing moves at all
  const double mean_rate = (prodigy ? d : step) * double(h.one_minus_beta1);
  const double square_rate = (prodigy ? d * d : 1.0) * double(h.one_minus_beta2);
  const double of_sum = d / double(h.d0) * (h.safeguard > 0 ? d : step);
  const double sum_rate = prodigy ? of_sum : step * double(h.one_minus_beta3);
  out[0] = still ? 1.0f : h.beta1;
  out[1] = still ? 0.0f : float(mean_rate);
  out[2] = still ? 1.0f : h.beta2;
  out[3] = still ? 0.0f : float(square_rate);
  out[4] = still ? 1.0f : h.beta3;
  out[5] = still ? 0.0f : float(sum_rate);
  return kOk;
}

// Operands: products, sums, d, dMax, dHat, dNumerator, dDenom, hyper, out (the scalars of distanceStep). Dims: blocks.
template <class V>
int prodigy_distance(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const DistanceHyper h(operand<const float>(args, 7));
  float* state[5];
  for (int s = 0; s < 5; s++) state[s] = operand<float>(args, 2 + s);
  float* out = operand<float>(args, 8);
  const double d = double(*state[0]), d0 = double(h.d0), step = d * double(h.rate);
  const double denominator = sum_partials(operand<const float>(args, 1), args.dim[0]);
  for (int i = 0; i < 4; i++) out[i] = 0;
  if (denominator == 0 || h.rate == 0) return kOk;
  const double product = sum_partials(operand<const float>(args, 0), args.dim[0]);
  const double numerator = double(h.beta3) * double(*state[3]) + d / d0 * step * product;
  const double estimate = double(h.coefficient) * numerator / denominator;
  const double begun = d == d0 && estimate > d ? estimate : d;
  const double most = estimate > double(*state[1]) ? estimate : double(*state[1]);
  const double grown = begun * double(h.growth_rate);
  *state[0] = float(most > grown ? grown : most);
  *state[1] = float(most);
  *state[2] = float(estimate);
  *state[3] = float(numerator);
  *state[4] = float(denominator);
  out[0] = float(1 - double(h.weight_decay) * step);
  out[1] = float(step);
  out[2] = float(double(*state[0]) * double(h.epsilon));
  out[3] = 1;
  return kOk;
}

// Operands: products, sums, d, numeratorWeighted, hyper, out (the scalars of distanceStep). Dims: blocks.
template <class V>
int dadapt_distance(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const DistanceHyper h(operand<const float>(args, 4));
  float* distance = operand<float>(args, 2);
  float* weighted = operand<float>(args, 3);
  float* out = operand<float>(args, 5);
  const double d = double(*distance), step = d * double(h.rate);
  const double sum = sum_partials(operand<const float>(args, 1), args.dim[0]);
  for (int i = 0; i < 4; i++) out[i] = 0;
  if (sum == 0) return kOk;
  const double product = sum_partials(operand<const float>(args, 0), args.dim[0]);
  const double numerator = double(h.beta3) * double(*weighted) + double(h.one_minus_beta3) * (step * product);
  const double estimate = numerator / (double(h.one_minus_beta3) * sum);
  const double most = d * double(h.growth_rate);
  const double next = most > estimate ? estimate : most;
  *weighted = float(numerator);
  *distance = float(next > d ? next : d);
  out[0] = float(1 - double(h.weight_decay) * step);
  out[1] = 1;
  out[2] = h.epsilon;
  out[3] = 1;
  return kOk;
}

}  // namespace
}  // namespace plummet
