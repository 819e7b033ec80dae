// Metrics of a batch's rows.
#pragma once
#include "reduce.h"
#include "rows.h"

namespace plummet {
namespace {

// Operands: z, labels or targets, order, values.
struct MetricArgs : Batch {
  const KernelArgs& args;
  explicit MetricArgs(const KernelArgs& a) : Batch(a, 2), args(a) {}
  const float* z(int64_t i) const { return operand<const float>(args, 0) + i * ld; }
  const float* targets(int64_t r) const { return operand<const float>(args, 1) + r * columns; }
  int64_t label(int64_t r) const { return read_once(operand<const int32_t>(args, 1) + r); }
  float& value(int64_t i) const { return operand<float>(args, 3)[i]; }
};

// The first of the largest; a NaN is chosen only where it comes first.
inline int64_t argmax(const float* x, int64_t n) {
  int64_t best = 0;
  for (int64_t j = 1; j < n; j++) {
    if (x[j] > x[best]) best = j;
  }
  return best;
}

template <class V>
int sparse_accuracy(const KernelArgs& args, int64_t begin, int64_t end) {
  const MetricArgs m(args);
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = m.source_row(i);
    if (r < 0) return kBadRow;
    const int64_t label = m.label(r);
    if (label < 0 || label >= m.columns) return kBadLabel;
    m.value(i) = argmax(m.z(i), m.columns) == label ? 1.0f : 0.0f;
  }
  return kOk;
}

template <class V>
int categorical_accuracy(const KernelArgs& args, int64_t begin, int64_t end) {
  const MetricArgs m(args);
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = m.source_row(i);
    if (r < 0) return kBadRow;
    m.value(i) = argmax(m.z(i), m.columns) == argmax(m.targets(r), m.columns) ? 1.0f : 0.0f;
  }
  return kOk;
}

template <class V>
int binary_accuracy(const KernelArgs& args, int64_t begin, int64_t end) {
  const MetricArgs m(args);
  const float threshold = args.dim[5] == 1 ? 0.0f : 0.5f;
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = m.source_row(i);
    if (r < 0) return kBadRow;
    const float *z = m.z(i), *targets = m.targets(r);
    int64_t hits = 0;
    for (int64_t j = 0; j < m.columns; j++) hits += (z[j] > threshold ? 1.0f : 0.0f) == targets[j];
    m.value(i) = float(hits) / float(m.columns);
  }
  return kOk;
}

template <class V, class Term>
int mean_metric(const KernelArgs& args, int64_t begin, int64_t end, Term term) {
  const MetricArgs m(args);
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = m.source_row(i);
    if (r < 0) return kBadRow;
    const float *z = m.z(i), *targets = m.targets(r);
    const int64_t columns = m.columns;
    const float total =
        sum<V>(columns, [=](int64_t j) { return term(V::load(z + j) - load_part<V>(targets + j, columns - j)); });
    m.value(i) = total / float(columns);
  }
  return kOk;
}

template <class V>
int squared_error(const KernelArgs& args, int64_t begin, int64_t end) {
  return mean_metric<V>(args, begin, end, [](V d) { return d * d; });
}

template <class V>
int absolute_error(const KernelArgs& args, int64_t begin, int64_t end) {
  return mean_metric<V>(args, begin, end, [](V d) { return abs(d); });
}

template <class V>
int add_to_total(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const float* values = operand<const float>(args, 0);
  double total = *operand<double>(args, 1);
  for (int64_t i = 0; i < args.dim[0]; i++) total = total + double(values[i]);
  *operand<double>(args, 1) = total;
  return kOk;
}

}  // namespace
}  // namespace plummet
