// Parts of vectors: how kernels keep within what they were given.
#pragma once
#include <stdint.h>
#include <string.h>

#include "kernel.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace plummet {
namespace {

// Asks for the line of an address, which need not be valid, ahead of its use: for the first cache, or for the second.
inline void prefetch_first(const void* p) {
#if defined(_MSC_VER) && !defined(__clang__) && defined(_M_X64)
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0);
#elif defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(p);
#else
  (void)p;
#endif
}

inline void prefetch_second(const void* p) {
#if defined(_MSC_VER) && !defined(__clang__) && defined(_M_X64)
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T1);
#elif defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(p, 0, 2);
#else
  (void)p;
#endif
}

// The number of floats that a row of `n` occupies: n rounded up to a multiple of 16.
inline int64_t pad(int64_t n) { return (n + 15) / 16 * 16; }

// Loads the first `count` lanes (all, where there are more), the rest are +0.
template <class V>
V load_part(const float* p, int64_t count) {
  if (count >= V::kWidth) return V::load(p);
  return count > 0 ? V::load_some(p, count) : V(0.0f);
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
