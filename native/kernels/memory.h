// Parts of vectors: how kernels keep within what they were given.
#pragma once
#include <stdint.h>
#include <string.h>

#include "kernel.h"

namespace plummet {
namespace {

// The number of floats that a row of `n` occupies: n rounded up to a multiple of 16.
inline int64_t pad(int64_t n) { return (n + 15) / 16 * 16; }

// Loads the first `count` lanes (all, where there are more), the rest are +0.
template <class V>
V load_part(const float* p, int64_t count) {
  if (count >= V::kWidth) return V::load(p);
  float lanes[V::kWidth] = {};
  if (count > 0) memcpy(lanes, p, size_t(count) * sizeof(float));
  return V::load(lanes);
}

template <class V>
void store_part(V v, float* p, int64_t count) {
  if (count >= V::kWidth) return v.store(p);
  float lanes[V::kWidth];
  v.store(lanes);
  if (count > 0) memcpy(p, lanes, size_t(count) * sizeof(float));
}

template <class T>
T* operand(const KernelArgs& args, int i) {
  return static_cast<T*>(args.operand[i]);
}

}  // namespace
}  // namespace plummet
