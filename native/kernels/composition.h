// What optimizers are composed with (docs/definitions.md, "Composition"): windows of batches, scaled losses, steps that
// are skipped, averages of weights, noise, centralisation.
#pragma once
#include <math.h>
#include <stdint.h>

#include "clipping.h"
#include "draw.h"
#include "memory.h"
#include "random.h"

namespace plummet {
namespace {

// Whether it is neither infinite nor NaN.
inline bool is_finite(double x) { return x - x == 0; }

// Operands: x, held (0: the sum holds nothing yet), sum.
template <class V>
int accumulate_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const bool begins = *operand<const float>(args, 1) == 0;
  float* sum = operand<float>(args, 2);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V g = load_part<V>(x + i, n - i);
    store_part(begins ? g : load_part<V>(sum + i, n - i) + g, sum + i, n - i);
  }
  return kOk;
}

// Operands: x, divisor, out; x and out may be the same.
template <class V>
int divide_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const V divisor(*operand<const float>(args, 1));
  float* out = operand<float>(args, 2);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    store_part(load_part<V>(x + i, n - i) / divisor, out + i, n - i);
  }
  return kOk;
}

// Operands: window (batches in it so far), scale (of the loss), gate (whether this batch is its last; what to divide
// the sum of its gradients by). Dim: batches in a window.
template <class V>
int count_batch(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  float* window = operand<float>(args, 0);
  float* gate = operand<float>(args, 2);
  const float batches = float(args.dim[0]);
  const float count = *window + 1.0f;
  const bool last = count >= batches;
  *window = last ? 0.0f : count;
  gate[0] = last ? 1.0f : 0.0f;
  gate[1] = batches * *operand<const float>(args, 1);
  return kOk;
}

// Operands: partials (largest magnitudes of gradients), last (optional: 0 where a window goes on), factors (optional:
// of growth, of backing off), scaling (optional: the scale of the loss, steps since it has changed), verdict (whether a
// step is done; by how much steps advance, -1 where one is skipped). Dims: blocks, interval.
template <class V>
int judge_step(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const float* partials = operand<const float>(args, 0);
  const float* last = operand<const float>(args, 1);
  const float* factors = operand<const float>(args, 2);
  float* scaling = operand<float>(args, 3);
  float* verdict = operand<float>(args, 4);
  verdict[0] = 0.0f;
  verdict[1] = 0.0f;
  if (last && *last == 0) return kOk;
  bool good = true;
  for (int64_t i = 0; i < args.dim[0]; i++) good = good && is_finite(load_double(partials + 2 * i));
  verdict[0] = good ? 1.0f : 0.0f;
  verdict[1] = good ? 1.0f : -1.0f;
  if (!factors || !scaling) return kOk;
  const float steps = scaling[1] + 1.0f;
  const bool grows = good && steps >= float(args.dim[1]);
  const float scale = scaling[0] * factors[good ? 0 : 1];
  // A scale that would overflow or vanish stays.
  if ((grows || !good) && is_finite(double(scale)) && scale >= 1.17549435e-38f) scaling[0] = scale;
  scaling[1] = good && !grows ? steps : 0.0f;
  return kOk;
}

// Operands: x, scale, out; x and out may be the same. Padding is scaled with its row.
template <class V>
int scale_rows(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t ld = args.dim[2];
  const float* x = operand<const float>(args, 0);
  const V scale(*operand<const float>(args, 1));
  float* out = operand<float>(args, 2);
  for (int64_t i = begin * ld; i < end * ld; i += V::kWidth) {
    store_part(load_part<V>(x + i, end * ld - i) * scale, out + i, end * ld - i);
  }
  return kOk;
}

// Operands: average, parameter, weights (of either).
template <class V>
int average_weights(const KernelArgs& args, int64_t begin, int64_t end) {
  float* average = operand<float>(args, 0);
  const float* p = operand<const float>(args, 1);
  const float* weights = operand<const float>(args, 2);
  const bool begins = weights[0] == 0;
  const V kept(weights[0]), taken(weights[1]);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V share = taken * load_part<V>(p + i, n - i);
    store_part(begins ? share : kept * load_part<V>(average + i, n - i) + share, average + i, n - i);
  }
  return kOk;
}

// Operands: x, y, weight (of y), out; x and out may be the same.
template <class V>
int interpolate(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const float* y = operand<const float>(args, 1);
  const float weight = *operand<const float>(args, 2);
  float* out = operand<float>(args, 3);
  const V w(weight);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V to = load_part<V>(y + i, n - i);
    const V from = load_part<V>(x + i, n - i);
    store_part(weight == 1 ? to : from + w * (to - from), out + i, n - i);
  }
  return kOk;
}

// Operands: x, noise (its standard deviation, the step as low + 2^24 high), out; x and out may be the same. Dims: those
// of a gradient, the words of the seed, the number of the parameter. A unit is 16 elements, by rows.
template <class V>
int add_noise(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  const float* noise = operand<const float>(args, 1);
  float* out = operand<float>(args, 2);
  const double deviation = double(noise[0]);
  // What is no step counts as none: a float may be anything.
  const bool whole = noise[1] >= 0 && noise[1] < 16777216.0f && noise[2] >= 0 && noise[2] < 16777216.0f;
  const uint64_t step = whole ? uint64_t(noise[1]) + (uint64_t(noise[2]) << 24) : 0;
  const int64_t count = shape.rows * shape.columns;
  const int64_t last = end * 16 < count ? end * 16 : count;
  for (int64_t e = begin * 16; e < last; e += 2) {
    const Philox words = philox(uint32_t(args.dim[4]), uint32_t(args.dim[5]), uint32_t(e / 2),
                                kNoise << 24 | uint32_t(args.dim[6]), uint32_t(step), uint32_t(step >> 32));
    double z[2];
    normals_of(words, z);
    for (int64_t k = 0; k < 2 && e + k < last; k++) {
      const int64_t i = (e + k) / shape.columns, j = (e + k) % shape.columns;
      const int64_t at = shape.start(j) + i * shape.stride(j);
      out[at] = x[at] + float(deviation * z[k]);
    }
  }
  return kOk;
}

// Operands: x, out, which may be the same. A unit is 16 columns.
template <class V>
int centralize(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  float* out = operand<float>(args, 1);
  if (shape.rows == 0) return kOk;  // columns may be any number then
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t j = unit * 16;
    const int count = shape.columns - j < 16 ? int(shape.columns - j) : 16;
    const int64_t start = shape.start(j), stride = shape.stride(j);
    double sum[16] = {};
    for (int64_t i = 0, at = start; i < shape.rows; i++, at += stride) {
      for (int c = 0; c < count; c++) sum[c] = sum[c] + double(x[at + c]);
    }
    float mean[16] = {};
    for (int c = 0; c < count; c++) mean[c] = float(sum[c] / double(shape.rows));
    for (int64_t i = 0, at = start; i < shape.rows; i++, at += stride) {
      for (int c = 0; c < count; c++) out[at + c] = x[at + c] - mean[c];
    }
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
