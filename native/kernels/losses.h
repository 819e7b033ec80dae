// Losses of a batch's rows, each with the gradient of their mean where `gradient` is given.
#pragma once
#include "rows.h"
#include "softmax.h"

namespace plummet {
namespace {

// Operands: z, labels or targets, order, loss, gradient.
struct LossArgs : Batch {
  const KernelArgs& args;
  explicit LossArgs(const KernelArgs& a) : Batch(a, 2), args(a) {}
  const float* z(int64_t i) const { return operand<const float>(args, 0) + i * ld; }
  const float* targets(int64_t r) const { return operand<const float>(args, 1) + r * columns; }
  RowAhead targets_ahead(int64_t i) const { return ahead(args.operand[1], i, columns * int64_t(sizeof(float))); }
  int64_t label(int64_t r) const { return read_once(operand<const int32_t>(args, 1) + r); }
  float& loss(int64_t i) const { return operand<float>(args, 3)[i]; }
  float* gradient(int64_t i) const { return args.operand[4] ? operand<float>(args, 4) + i * ld : nullptr; }
};

// e_j = exp(z_j − largest) into `gradient`, where there is one, and their sum.
template <class V>
float loss_exponentials(const float* z, float largest, float* gradient, int64_t columns) {
  if (gradient) return exponentials<V>(z, largest, gradient, columns);
  return sum<V>(columns, [=](int64_t j) { return exp(V::load(z + j) - V(largest)); });
}

// log(s) − of_label for several rows at once, one in each lane.
template <class V>
struct RowLosses {
  float s[V::kWidth], of_label[V::kWidth];
  int64_t count;

  RowLosses() : count(0) {}
  void add(float row_s, float row_of_label) {
    s[count] = row_s;
    of_label[count++] = row_of_label;
  }
  // `end`: where that of the last row's successor goes.
  void store(float* end) {
    for (int64_t i = count; i < V::kWidth; i++) s[i] = of_label[i] = 1;
    store_part(log(V::load(s)) - V::load(of_label), end - count, count);
    count = 0;
  }
};

template <class V>
int sparse_softmax_crossentropy(const KernelArgs& args, int64_t begin, int64_t end) {
  const LossArgs l(args);
  const V scale(float(1.0 / double(l.rows)));
  RowLosses<V> losses;
  int64_t i = begin;
  int error = kOk;
  for (; i < end; i++) {
    const int64_t r = l.source_row(i);
    if (r < 0) {
      error = kBadRow;
      break;
    }
    l.ahead(args.operand[1], i, sizeof(int32_t)).ask(0);
    const int64_t label = l.label(r);
    if (label < 0 || label >= l.columns) {
      error = kBadLabel;
      break;
    }
    const float* z = l.z(i);
    float* gradient = l.gradient(i);
    const float largest = maximum<V>(z, l.columns);
    const float s = loss_exponentials<V>(z, largest, gradient, l.columns);
    losses.add(s, z[label] - largest);
    if (losses.count == V::kWidth) losses.store(&l.loss(i + 1));
    if (!gradient) continue;
    for (int64_t j = 0; j < l.columns; j += V::kWidth) {
      const V one = select(V::load(kLaneNumbers) == V(float(label - j)), V(1.0f), V(0.0f));
      ((V::load(gradient + j) / V(s) - one) * scale).store(gradient + j);
    }
  }
  if (losses.count > 0) losses.store(&l.loss(i));
  return error;
}

template <class V>
int softmax_crossentropy(const KernelArgs& args, int64_t begin, int64_t end) {
  const LossArgs l(args);
  const int64_t columns = l.columns;
  const V scale(float(1.0 / double(l.rows)));
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = l.source_row(i);
    if (r < 0) return kBadRow;
    const float *z = l.z(i), *targets = l.targets(r);
    float* gradient = l.gradient(i);
    const float largest = maximum<V>(z, columns);
    const RowAhead ahead = l.targets_ahead(i);
    const float s = loss_exponentials<V>(z, largest, gradient, columns);
    const V log_s = log(V(s));
    const auto target = [=](int64_t j) { return load_part<V>(targets + j, columns - j); };
    l.loss(i) = sum<V>(columns, [=](int64_t j) {
      ahead.ask(j * int64_t(sizeof(float)));
      return target(j) * (log_s - (V::load(z + j) - V(largest)));
    });
    if (!gradient) continue;
    const V total(sum<V>(columns, target));
    for (int64_t j = 0; j < columns; j += V::kWidth) {
      (((V::load(gradient + j) / V(s)) * total - target(j)) * scale).store(gradient + j);
    }
  }
  return kOk;
}

// A loss that is a mean over the outputs of `Term`: Term::loss(z, t), and its derivative Term::gradient(z, t) but for
// the factor Term::kFactor.
template <class Term, class V>
int mean_loss(const KernelArgs& args, int64_t begin, int64_t end) {
  const LossArgs l(args);
  const int64_t columns = l.columns;
  const V scale(float(Term::kFactor / (double(l.rows) * double(columns))));
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = l.source_row(i);
    if (r < 0) return kBadRow;
    const float *z = l.z(i), *targets = l.targets(r);
    const RowAhead ahead = l.targets_ahead(i);
    float* gradient = l.gradient(i);
    const float total = sum<V>(columns, [=](int64_t j) {
      ahead.ask(j * int64_t(sizeof(float)));
      const V prediction = V::load(z + j), target = load_part<V>(targets + j, columns - j);
      if (gradient) (Term::gradient(prediction, target) * scale).store(gradient + j);
      return Term::loss(prediction, target);
    });
    l.loss(i) = total / float(columns);
  }
  return kOk;
}

// clang-format off
struct SquaredDifference {
  static constexpr double kFactor = 2;
  template <class V> static V loss(V z, V t) { const V d = z - t; return d * d; }
  template <class V> static V gradient(V z, V t) { return z - t; }
};

// −t·log(σ(z)) − (1 − t)·log(1 − σ(z)), in the form that neither overflows nor cancels.
struct LogitCrossentropy {
  static constexpr double kFactor = 1;
  template <class V> static V loss(V z, V t) {
    return (select(z > V(0.0f), z, V(0.0f)) - z * t) + log1p(exp(-abs(z)));
  }
  template <class V> static V gradient(V z, V t) { return sigmoid(z) - t; }
};
// clang-format on

template <class V>
int mean_squared_error(const KernelArgs& args, int64_t begin, int64_t end) {
  return mean_loss<SquaredDifference, V>(args, begin, end);
}

template <class V>
int sigmoid_crossentropy(const KernelArgs& args, int64_t begin, int64_t end) {
  return mean_loss<LogitCrossentropy, V>(args, begin, end);
}

}  // namespace
}  // namespace plummet
