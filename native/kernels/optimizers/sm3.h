// SM3-II: Anil et al. 2019, Algorithm SM3-II: one accumulator for each row, one for each column.
#pragma once
#include "../gradient_shape.h"
#include "rule.h"

namespace plummet {
namespace {

// Arrays: parameter, gradient, cover.
struct Sm3Step {
  static constexpr int kArrays = 3;
  static constexpr unsigned kReads = 0b111, kWrites = 0b101;
  struct Hyper {
    float keep, gain, epsilon, learning_rate;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V g = x[1];
    x[2] = V(h.keep) * x[2] + (V(h.gain) * g) * g;
    x[0] = x[0] - V(h.learning_rate) * (g / sqrt(x[2] + V(h.epsilon)));
  }
};

// Arrays: parameter, gradient, cover, momentumBuffer.
struct Sm3Momentum {
  static constexpr int kArrays = 4;
  static constexpr unsigned kReads = 0b1111, kWrites = 0b1101;
  struct Hyper {
    float keep, gain, epsilon, learning_rate, momentum, one_minus_momentum;
  };
  template <class V>
  static void update(const Hyper& h, V (&x)[kArrays]) {
    const V g = x[1];
    x[2] = V(h.keep) * x[2] + (V(h.gain) * g) * g;
    x[3] = V(h.momentum) * x[3] + V(h.one_minus_momentum) * (g / sqrt(x[2] + V(h.epsilon)));
    x[0] = x[0] - V(h.learning_rate) * x[3];
  }
};

// A NaN stays, whichever side it is on.
struct MostOf {
  float operator()(float held, float x) const { return x > held || x != x ? x : held; }
};

// What of a tensor a row belongs to: row i to number i / inner % size.
struct RowGroups {
  int64_t inner, size;
  explicit RowGroups(const KernelArgs& args) : inner(args.dim[4]), size(args.dim[5]) {}
};

// Operands: accumulator, cover. Dims: rows, columns, width, panelled. Units are those of gradientNorm.
template <class V>
int cover_columns(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* accumulator = operand<const float>(args, 0);
  float* cover = operand<float>(args, 1);
  for (int64_t block = begin; block < end; block++) {
    each_strip(shape, block, [=](int64_t at, int64_t, int64_t j, int64_t count) {
      memcpy(cover + at, accumulator + j, size_t(count) * sizeof(float));
    });
  }
  return kOk;
}

// Operands: accumulator, cover. Dims: rows, columns, width, panelled, inner, size. Units are those of gradientNorm.
template <class V>
int cover_rows(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const RowGroups groups(args);
  const float* accumulator = operand<const float>(args, 0);
  float* cover = operand<float>(args, 1);
  if (groups.inner < 1 || groups.size < 1) return kOk;
  for (int64_t block = begin; block < end; block++) {
    each_strip(shape, block, [=](int64_t at, int64_t i, int64_t, int64_t count) {
      const V bound(accumulator[i / groups.inner % groups.size]);
      for (int64_t c = 0; c < count; c += V::kWidth) {
        const V held = load_part<V>(cover + at + c, count - c);
        store_part(select(held > bound, bound, select(bound == bound, held, bound)), cover + at + c, count - c);
      }
    });
  }
  return kOk;
}

// Operands: cover, accumulator. Dims: rows, columns, width, panelled, keep. A unit is 16 columns.
template <class V>
int maximum_columns(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const float* cover = operand<const float>(args, 0);
  float* accumulator = operand<float>(args, 1);
  for (int64_t unit = begin; unit < end; unit++) {
    const int64_t j = unit * 16;
    const int count = shape.columns - j < 16 ? int(shape.columns - j) : 16;
    const int64_t start = shape.start(j), stride = shape.stride(j);
    float most[16] = {};
    if (args.dim[4] != 0) memcpy(most, accumulator + j, size_t(count) * sizeof(float));
    for (int64_t i = 0; i < shape.rows; i++) {
      const float* row = cover + start + i * stride;
      for (int c = 0; c < count; c++) most[c] = MostOf()(most[c], row[c]);
    }
    memcpy(accumulator + j, most, size_t(count) * sizeof(float));
  }
  return kOk;
}

// Operands: cover, accumulator. Dims: rows, columns, width, panelled, inner, size, keep. A unit is one accumulator.
template <class V>
int maximum_rows(const KernelArgs& args, int64_t begin, int64_t end) {
  const GradientShape shape(args);
  const RowGroups groups(args);
  const float* cover = operand<const float>(args, 0);
  float* accumulator = operand<float>(args, 1);
  if (groups.inner < 1) return kOk;
  for (int64_t k = begin; k < end; k++) {
    float lane[16] = {};
    for (int64_t first = k * groups.inner; first < shape.rows; first += groups.inner * groups.size) {
      for (int64_t i = first; i < first + groups.inner && i < shape.rows; i++) {
        for (int64_t j = 0; j < shape.columns; j += kStrip) {
          const int64_t count = shape.columns - j < kStrip ? shape.columns - j : kStrip;
          const int64_t row = shape.start(j) + i * shape.stride(j);
          join_row(lane, row, count, MostOf(), [cover](int64_t at) { return cover[at]; });
        }
      }
    }
    const float most = fold_lanes(lane, MostOf());
    accumulator[k] = args.dim[6] != 0 ? MostOf()(accumulator[k], most) : most;
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
