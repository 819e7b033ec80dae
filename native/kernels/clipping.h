// Norms of gradients and what follows from them (docs/definitions.md, "Gradients"). Sums are float64.
#pragma once
#include <math.h>
#include <stdint.h>

#include "gradient_shape.h"

namespace plummet {
namespace {

enum NormKind : int64_t { kSquares = 0, kMagnitudes = 1, kLargest = 2 };

inline double larger(double x, double held) { return x > held || x != x ? x : held; }

template <int64_t kKind>
double join(double held, double value) {
  return kKind == kLargest ? larger(value, held) : held + value;
}

template <int64_t kKind>
double term(float value) {
  const double x = double(value);
  return kKind == kSquares ? x * x : fabs(x);
}

template <int64_t kKind>
double block_norm(const float* x, const GradientShape& shape, int64_t block) {
  return reduce_block(
      shape, block, [](double held, double value) { return join<kKind>(held, value); },
      [x](int64_t at) { return term<kKind>(x[at]); });
}

template <class V>
int gradient_norm(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  float* partials = operand<float>(args, 1);
  for (int64_t block = begin; block < end; block++) {
    double result;
    if (args.dim[4] == kSquares) {
      result = block_norm<kSquares>(x, shape, block);
    } else if (args.dim[4] == kMagnitudes) {
      result = block_norm<kMagnitudes>(x, shape, block);
    } else {
      result = block_norm<kLargest>(x, shape, block);
    }
    store_double(partials + 2 * block, result);
  }
  return kOk;
}

// Operands: partials, limit (the largest norm, what is added to it), scale. Dims: blocks, kind, count.
template <class V>
int clip_scale(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const float* partials = operand<const float>(args, 0);
  const float* limit = operand<const float>(args, 1);
  const int64_t blocks = args.dim[0], kind = args.dim[1], count = args.dim[2];
  double norm = 0;
  for (int64_t i = 0; i < blocks; i++) {
    const double partial = load_double(partials + 2 * i);
    norm = kind == kLargest ? larger(partial, norm) : norm + partial;
  }
  if (count > 0) norm = norm / double(count);
  if (kind == kSquares) norm = ::sqrt(norm);
  const double scale = double(limit[0]) / (norm + double(limit[1]));
  *operand<float>(args, 2) = scale > 1 ? 1.0f : float(scale);
  return kOk;
}

// Operands: x, scale, out; x and out may be the same.
template <class V>
int scale_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const V scale(*operand<const float>(args, 1));
  float* out = operand<float>(args, 2);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    store_part(load_part<V>(x + i, n - i) * scale, out + i, n - i);
  }
  return kOk;
}

// Operands: x, limit, out; x and out may be the same.
template <class V>
int clip_values(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const V high(*operand<const float>(args, 1));
  const V low = -high;
  float* out = operand<float>(args, 2);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V g = load_part<V>(x + i, n - i);
    store_part(select(g > high, high, select(low > g, low, g)), out + i, n - i);
  }
  return kOk;
}

// Operands: parameter, x, limit (the ratio, the least norm of a parameter), out. A unit is 16 columns.
template <class V>
int adaptive_clip(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* p = operand<const float>(args, 0);
  const float* x = operand<const float>(args, 1);
  const float* limit = operand<const float>(args, 2);
  float* out = operand<float>(args, 3);
  const double ratio = double(limit[0]), least = double(limit[1]);
  if (shape.rows == 0) return kOk;  // columns may be any number then
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t j = unit * 16;
    const int count = shape.columns - j < 16 ? int(shape.columns - j) : 16;
    const int64_t start = shape.start(j), stride = shape.stride(j);
    double of_parameter[16] = {}, of_gradient[16] = {};
    for (int64_t i = 0, at = start; i < shape.rows; i++, at += stride) {
      for (int c = 0; c < count; c++) {
        of_parameter[c] = of_parameter[c] + term<kSquares>(p[at + c]);
        of_gradient[c] = of_gradient[c] + term<kSquares>(x[at + c]);
      }
    }
    float scale[16] = {};
    for (int c = 0; c < count; c++) {
      const double norm = ::sqrt(of_parameter[c]), gradient = ::sqrt(of_gradient[c]);
      const double most = ratio * (least > norm ? least : norm);
      scale[c] = most >= gradient ? 1.0f : float(most / gradient);
    }
    for (int64_t i = 0, at = start; i < shape.rows; i++, at += stride) {
      for (int c = 0; c < count; c++) out[at + c] = x[at + c] * scale[c];
    }
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
