// What optimizers do with whole matrices around their products. Matrices of theirs are row-major; parameters and
// gradients lie as a layer's kernel does, or row-major (docs/definitions.md, "Matrices").
#pragma once
#include <math.h>
#include <stdint.h>

#include "clipping.h"
#include "memory.h"

namespace plummet {
namespace {

// Calls `use` for each stretch of rows [begin, end) that lies together: where it is as the shape says, where
// row-major, and how many columns it has.
template <class F>
void each_stretch(const GradientShape& shape, int64_t begin, int64_t end, F use) {
  if (begin >= end) return;  // columns may be any number then
  const int64_t longest = shape.panelled ? kStrip : shape.columns;
  for (int64_t j = 0; j < shape.columns; j += longest) {
    const int64_t count = shape.columns - j < longest ? shape.columns - j : longest;
    const int64_t start = shape.start(j), stride = shape.stride(j);
    for (int64_t i = begin; i < end; i++) use(start + i * stride, i * shape.columns + j, count);
  }
}

// Operands: parameter, gradient (both as the shape says), mean, out (row-major), hyper. Dims: rows, columns, width,
// panelled.
template <class V>
int matrix_moment(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* p = operand<const float>(args, 0);
  const float* g = operand<const float>(args, 1);
  float* mean = operand<float>(args, 2);
  float* out = operand<float>(args, 3);
  const float* hyper = operand<const float>(args, 4);
  const V decay(hyper[0]), beta(hyper[1]), weight(hyper[2]), from_gradient(hyper[3]), from_mean(hyper[4]);
  each_stretch(GradientShape(args), begin, end, [&](int64_t from, int64_t to, int64_t count) {
    for (int64_t c = 0; c < count; c += V::kWidth) {
      const int64_t left = count - c;
      const V x = load_part<V>(g + from + c, left) + decay * load_part<V>(p + from + c, left);
      const V m = beta * load_part<V>(mean + to + c, left) + weight * x;
      store_part(m, mean + to + c, left);
      store_part(from_gradient * x + from_mean * m, out + to + c, left);
    }
  });
  return kOk;
}

// What the shape of a matrix contributes to the length of its step.
inline double shape_scale(int64_t kind, double rows, double columns) {
  const double tall = rows / columns, wide = columns / rows;
  if (kind == 1) return ::sqrt(tall > 1 ? tall : 1);
  if (kind == 2) return ::sqrt(rows > columns ? rows : columns);
  if (kind == 3) return ::sqrt(tall);
  if (kind == 4) return ::sqrt(wide > 1 ? wide : 1);
  return 1;
}

// Operands: parameter (as the shape says), direction (row-major), hyper. Dims: rows, columns, width, panelled, scaling.
template <class V>
int matrix_step(const KernelArgs& args, int64_t begin, int64_t end) {
  float* p = operand<float>(args, 0);
  const float* direction = operand<const float>(args, 1);
  const float* hyper = operand<const float>(args, 2);
  const GradientShape shape(args);
  const V decay(hyper[1]);
  const V rate(float(double(hyper[0]) * shape_scale(args.dim[4], double(shape.rows), double(shape.columns))));
  each_stretch(shape, begin, end, [&](int64_t to, int64_t from, int64_t count) {
    for (int64_t c = 0; c < count; c += V::kWidth) {
      const int64_t left = count - c;
      const V x = load_part<V>(direction + from + c, left);
      store_part(decay * load_part<V>(p + to + c, left) - rate * x, p + to + c, left);
    }
  });
  return kOk;
}

// Operands: x, y (both n × n), hyper. A unit is a row.
template <class V>
int blend_square(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* hyper = operand<const float>(args, 2);
  const V of_x(hyper[0]), of_y(hyper[1]);
  const float diagonal = hyper[2];
  const int64_t n = args.dim[0];
  for (int64_t i = begin; i < end; i++) {
    float* x = operand<float>(args, 0) + i * n;
    const float* y = operand<const float>(args, 1) + i * n;
    for (int64_t j = 0; j < n; j += V::kWidth) {
      store_part(of_x * load_part<V>(x + j, n - j) + of_y * load_part<V>(y + j, n - j), x + j, n - j);
    }
    x[i] = x[i] + diagonal;
  }
  return kOk;
}

// Operands: partials, limit (the least norm, what is added), scale. Dims: blocks, count.
template <class V>
int norm_scale(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const float* partials = operand<const float>(args, 0);
  const float* limit = operand<const float>(args, 1);
  double norm = 0;
  for (int64_t i = 0; i < args.dim[0]; i++) norm = norm + load_double(partials + 2 * i);
  if (args.dim[1] > 0) norm = norm / double(args.dim[1]);
  norm = ::sqrt(norm);
  const double least = double(limit[0]);
  *operand<float>(args, 2) = float(1 / ((least > norm ? least : norm) + double(limit[1])));
  return kOk;
}

// Operands: mean (then the direction), gradient, expAvgSq, hyper.
template <class V>
int soap_direction(const KernelArgs& args, int64_t begin, int64_t end) {
  float* mean = operand<float>(args, 0);
  const float* gradient = operand<const float>(args, 1);
  float* squares = operand<float>(args, 2);
  const float* hyper = operand<const float>(args, 3);
  const bool moves = hyper[0] > 0;
  const V beta(hyper[1]), weight(hyper[2]), epsilon(hyper[3]);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const int64_t left = n - i;
    if (!moves) {
      store_part(V(0.0f), mean + i, left);
      continue;
    }
    const V g = load_part<V>(gradient + i, left);
    const V v = beta * load_part<V>(squares + i, left) + (weight * g) * g;
    store_part(v, squares + i, left);
    store_part(load_part<V>(mean + i, left) / (sqrt(v) + epsilon), mean + i, left);
  }
  return kOk;
}

// Operands: values, order, room, mode. Dims: before, n, after.
template <class V>
int reorder(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end || *operand<const float>(args, 3) != 2) return kOk;
  float* values = operand<float>(args, 0);
  const float* order = operand<const float>(args, 1);
  float* room = operand<float>(args, 2);
  const int64_t before = args.dim[0], n = args.dim[1], after = args.dim[2];
  if (before == 0 || n == 0 || after == 0) return kOk;  // the others may be any number then
  for (int64_t b = 0; b < before; b++) {
    for (int64_t j = 0; j < n; j++) {
      const float wanted = order[j];
      const int64_t from = wanted >= 0 && double(wanted) < double(n) ? int64_t(wanted) : j;
      for (int64_t a = 0; a < after; a++) room[(b * n + j) * after + a] = values[(b * n + from) * after + a];
    }
  }
  for (int64_t i = 0; i < before * n * after; i++) values[i] = room[i];
  return kOk;
}

}  // namespace
}  // namespace plummet
