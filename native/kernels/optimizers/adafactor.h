// Adafactor: Shazeer and Stern 2018, Algorithm 4: second moments of matrices as products of those of rows and columns.
#pragma once
#include <math.h>

#include "../gradient_shape.h"
#include "rule.h"

namespace plummet {
namespace {

// Of a vector. Arrays: gradient, variance, out; the gradient and out may be the same.
struct VarianceUpdate {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b011, kWrites = 0b110;
  struct Hyper {
    float beta2, one_minus_beta2, added, least;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V g = x[0];
    x[1] = V(h.beta2) * x[1] + V(h.one_minus_beta2) * (g * g + V(h.added));
    x[2] = g / sqrt(select(V(h.least) > x[1], V(h.least), x[1]));
  }
};

// The mean square of a row or a column joins its moving average. hyper: beta2, oneMinusBeta2, added.
inline float moved_mean(float held, double squares, int64_t count, const float* hyper) {
  const double mean = squares / double(count) + double(hyper[2]);
  return float(double(hyper[0]) * double(held) + double(hyper[1]) * mean);
}

// Operands: x, rowVar, hyper. Dims: rows, columns, width, panelled. A unit is a row.
template <class V>
int row_moments(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  float* means = operand<float>(args, 1);
  const float* hyper = operand<const float>(args, 2);
  for (int64_t i = begin; i < end; i++) {
    double lane[16] = {};
    for (int64_t j = 0; j < shape.columns; j += kStrip) {
      const int64_t count = shape.columns - j < kStrip ? shape.columns - j : kStrip;
      join_row(lane, shape.start(j) + i * shape.stride(j), count, Plus(), [x](int64_t at) { return squared(x[at]); });
    }
    means[i] = moved_mean(means[i], fold_lanes(lane, Plus()), shape.columns, hyper);
  }
  return kOk;
}

// Operands: x, colVar, hyper. Dims: rows, columns, width, panelled, matrices, one below the other. A unit is 16 columns
// of one of them.
template <class V>
int column_moments(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  float* means = operand<float>(args, 1);
  const float* hyper = operand<const float>(args, 2);
  if (shape.rows == 0 || args.dim[4] == 0) return kOk;
  const int64_t height = shape.rows / args.dim[4], across = (shape.columns + 15) / 16;
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t matrix = unit / across, j = unit % across * 16;
    const int count = shape.columns - j < 16 ? int(shape.columns - j) : 16;
    const int64_t start = shape.start(j), stride = shape.stride(j);
    double sum[16] = {};
    for (int64_t i = matrix * height; i < (matrix + 1) * height; i++) {
      const float* row = x + start + i * stride;
      if (count == 16) {
        for (int c = 0; c < 16; c++) sum[c] = sum[c] + squared(row[c]);
      } else {
        for (int c = 0; c < count; c++) sum[c] = sum[c] + squared(row[c]);
      }
    }
    float* mean = means + matrix * shape.columns + j;
    for (int c = 0; c < count; c++) mean[c] = moved_mean(mean[c], sum[c], height, hyper);
  }
  return kOk;
}

// The mean of rowVar of each matrix. Operands: rowVar, least, out. Dims: rows, matrices.
template <class V>
int row_mean(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* x = operand<const float>(args, 0);
  const float least = *operand<const float>(args, 1);
  float* out = operand<float>(args, 2);
  for (int64_t matrix = begin; matrix < end; matrix++) {
    const int64_t height = args.dim[0] / args.dim[1];
    double sum = 0;
    for (int64_t i = matrix * height; i < (matrix + 1) * height; i++) sum = sum + double(x[i]);
    const float mean = float(sum / double(height));
    out[matrix] = least > mean ? least : mean;
  }
  return kOk;
}

// Operands: x, rowVar, colVar, mean, variance (may be absent), least, out; x and out may be the same. Dims: rows,
// columns, width, panelled, matrices. Units are those of gradientNorm.
template <class V>
int factored_update(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* x = operand<const float>(args, 0);
  const float* of_rows = operand<const float>(args, 1);
  const float* of_columns = operand<const float>(args, 2);
  const float* means = operand<const float>(args, 3);
  float* variance = operand<float>(args, 4);
  const V least(*operand<const float>(args, 5));
  float* out = operand<float>(args, 6);
  const int64_t height = args.dim[4] > 0 ? shape.rows / args.dim[4] : 0;
  if (height == 0) return kOk;
  for (int64_t block = begin; block < end; block++) {
    each_strip(shape, block, [=](int64_t at, int64_t i, int64_t j, int64_t count) {
      const int64_t matrix = i / height;
      if (matrix >= args.dim[4]) return;  // rows that are left over belong to none
      const V factor(of_rows[i] / means[matrix]);
      const float* column = of_columns + matrix * shape.columns + j;
      for (int64_t c = 0; c < count; c += V::kWidth) {
        const V estimate = factor * load_part<V>(column + c, count - c);
        if (variance != nullptr) store_part(estimate, variance + at + c, count - c);
        const V root = sqrt(select(least > estimate, least, estimate));
        store_part(load_part<V>(x + at + c, count - c) / root, out + at + c, count - c);
      }
    });
  }
  return kOk;
}

// What the parameter is multiplied by and the update's factor. Operands: parameterPartials, partials, hyper (rate,
// least, threshold, parameterScale, then `rest` others), out (scale, then those). Dims: blocks, count, rest.
template <class V>
int factored_scale(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const int64_t blocks = args.dim[0], rest = args.dim[2];
  const double count = double(args.dim[1]);
  const float* hyper = operand<const float>(args, 2);
  float* out = operand<float>(args, 3);
  const double norm = ::sqrt(sum_partials(operand<const float>(args, 0), blocks) / count) * double(hyper[3]);
  const double update = ::sqrt(sum_partials(operand<const float>(args, 1), blocks) / count) / double(hyper[2]);
  const double size = norm > double(hyper[1]) ? norm : double(hyper[1]);
  out[0] = float(double(hyper[0]) * size / (update > 1 ? update : 1.0));
  for (int64_t i = 0; i < rest; i++) out[1 + i] = hyper[4 + i];
  return kOk;
}

}  // namespace
}  // namespace plummet
