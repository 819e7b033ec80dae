// Scalars that follow from norms of tensors: what LARS, LAMB and NovoGrad scale their steps by. In float64, rounded
// once.
#pragma once
#include <math.h>

#include "../gradient_shape.h"

namespace plummet {
namespace {

// Operands: parameterPartials, partials, hyper (rate, coefficient, parameterScale, epsilon, then `rest` others), out
// (scale, then those). Dims: blocks, rest.
template <class V>
int trust_ratio(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const int64_t blocks = args.dim[0], rest = args.dim[1];
  const float* hyper = operand<const float>(args, 2);
  float* out = operand<float>(args, 3);
  const double parameter = ::sqrt(sum_partials(operand<const float>(args, 0), blocks)) * double(hyper[2]);
  const double norm = ::sqrt(sum_partials(operand<const float>(args, 1), blocks));
  const double ratio = double(hyper[1]) * parameter / (norm + double(hyper[3]));
  out[0] = float(double(hyper[0]) * (parameter == 0 || norm == 0 ? 1.0 : ratio));
  for (int64_t i = 0; i < rest; i++) out[1 + i] = hyper[4 + i];
  return kOk;
}

// Operands: partials, average, hyper (beta, oneMinusBeta, epsilon, then `rest` others), out (the norm, then those).
// Dims: blocks, rest.
template <class V>
int norm_average(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  float* average = operand<float>(args, 1);
  const float* hyper = operand<const float>(args, 2);
  float* out = operand<float>(args, 3);
  const double square = sum_partials(operand<const float>(args, 0), args.dim[0]);
  *average = float(double(hyper[0]) * double(*average) + double(hyper[1]) * square);
  out[0] = float(::sqrt(double(*average)) + double(hyper[2]));
  for (int64_t i = 0; i < args.dim[1]; i++) out[1 + i] = hyper[3 + i];
  return kOk;
}

}  // namespace
}  // namespace plummet
