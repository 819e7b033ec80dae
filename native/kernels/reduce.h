// Reductions in one fixed order: 16 lanes, then a tree (docs/definitions.md, "Numbers").
#pragma once
#include <stdint.h>

#include "memory.h"
#include "numbers.h"

namespace plummet {
namespace {

constexpr float kLaneNumbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// The lanes of v below `count`; elsewhere `missing`.
template <class V>
V keep_below(V v, int64_t first_lane, int64_t count, float missing) {
  return select(V(float(count)) > V::load(kLaneNumbers + first_lane), v, V(missing));
}

template <class V>
struct Sum {
  static constexpr float kMissing = 0;
  static V begin(V x) { return x; }
  static V join(V held, V x) { return held + x; }
};

template <class V>
struct Maximum {
  static constexpr float kMissing = -kInfinity;
  static V begin(V x) { return join(V(kMissing), x); }
  static V join(V held, V x) { return select(x > held, x, held); }
};

// The rest of the tree, within a vector: lane l takes lane l + kCount, then the same for half as many.
template <class Reduction, int kCount, class V>
V fold(V v) {
  if constexpr (kCount == 0) {
    return v;
  } else {
    return fold<Reduction, kCount / 2>(Reduction::join(v, lanes_from<kCount>(v)));
  }
}

// Reduces value(0) … value(n − 1), where value(j) gives a vector that begins at j; what it holds beyond n is left out.
template <class Reduction, class V, class F>
float reduce(int64_t n, F value) {
  constexpr int kVectors = 16 / V::kWidth;
  const auto values = [n, value](int64_t base, int i) {
    const int first = i * V::kWidth;
    if (base + 16 <= n) return value(base + first);
    if (base + first >= n) return V(Reduction::kMissing);
    return keep_below(value(base + first), first, n - base, Reduction::kMissing);
  };
  V lane[kVectors];
  for (int i = 0; i < kVectors; i++) lane[i] = Reduction::begin(values(0, i));
  for (int64_t base = 16; base < n; base += 16) {
    for (int i = 0; i < kVectors; i++) lane[i] = Reduction::join(lane[i], values(base, i));
  }
  for (int s = kVectors / 2; s > 0; s /= 2) {
    for (int i = 0; i < s; i++) lane[i] = Reduction::join(lane[i], lane[i + s]);
  }
  return first_lane(fold<Reduction, V::kWidth / 2>(lane[0]));
}

template <class V, class F>
float sum(int64_t n, F value) {
  return reduce<Sum<V>, V>(n, value);
}

template <class V>
float maximum(const float* x, int64_t n) {
  return reduce<Maximum<V>, V>(n, [x](int64_t j) { return V::load(x + j); });
}

}  // namespace
}  // namespace plummet
