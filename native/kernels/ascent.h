// Ops around other optimizers (docs/definitions.md, "Around a step"): the way up of sharpness-aware minimisation, and
// the pull of Lookahead.
#pragma once
#include <math.h>
#include <string.h>

#include "clipping.h"

namespace plummet {
namespace {

// Operands: parameter, x, eta, out.
template <class V>
int scale_by_weight(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* p = operand<const float>(args, 0);
  const float* x = operand<const float>(args, 1);
  const V eta(*operand<const float>(args, 2));
  float* out = operand<float>(args, 3);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V size = abs(load_part<V>(p + i, n - i)) + eta;
    store_part(load_part<V>(x + i, n - i) * size, out + i, n - i);
  }
  return kOk;
}

// Operands: partials, limit (rho, epsilon), scale.
template <class V>
int ascent_scale(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  const float* partials = operand<const float>(args, 0);
  const float* limit = operand<const float>(args, 1);
  double sum = 0;
  for (int64_t i = 0; i < args.dim[0]; i++) sum = sum + load_double(partials + 2 * i);
  const double norm = ::sqrt(sum) + double(limit[1]);
  *operand<float>(args, 2) = norm == 0 ? 0.0f : float(double(limit[0]) / norm);
  return kOk;
}

// Operands: parameter, x, scale, eta (or none), kept.
template <class V>
int ascend(const KernelArgs& args, int64_t begin, int64_t end) {
  float* p = operand<float>(args, 0);
  const float* x = operand<const float>(args, 1);
  const V scale(*operand<const float>(args, 2));
  const float* eta = operand<const float>(args, 3);
  float* kept = operand<float>(args, 4);
  const V least(eta ? *eta : 0.0f);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    const V at = load_part<V>(p + i, n - i);
    V step = load_part<V>(x + i, n - i);
    if (eta) step = step * (abs(at) + least);
    store_part(at, kept + i, n - i);
    store_part(at + step * scale, p + i, n - i);
  }
  return kOk;
}

// Operands: fast, slow (or none), scalars (begin, pull, alpha).
template <class V>
int pull_back(const KernelArgs& args, int64_t begin, int64_t end) {
  float* fast = operand<float>(args, 0);
  float* slow = operand<float>(args, 1);
  const float* scalars = operand<const float>(args, 2);
  const int64_t n = args.dim[0] < end * 16 ? args.dim[0] : end * 16;
  if (begin * 16 >= n) return kOk;
  if (scalars[0] > 0) {
    if (slow) memcpy(slow + begin * 16, fast + begin * 16, size_t(n - begin * 16) * sizeof(float));
    return kOk;
  }
  if (!(scalars[1] > 0)) return kOk;
  const V alpha(scalars[2]);
  for (int64_t i = begin * 16; i < n; i += V::kWidth) {
    if (!slow) {
      store_part(V(0.0f), fast + i, n - i);
      continue;
    }
    const V from = load_part<V>(slow + i, n - i);
    const V to = from + alpha * (load_part<V>(fast + i, n - i) - from);
    store_part(to, fast + i, n - i);
    store_part(to, slow + i, n - i);
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
