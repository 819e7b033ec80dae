#include "blocking.h"

#include <algorithm>

namespace plummet {
namespace {

constexpr int64_t kPanelRowBytes = 32 * sizeof(float);
constexpr int64_t kStretchStep = 32, kLeastStretch = 128;
constexpr int64_t kSlabStep = 48, kLeastSlabRows = 96;

int64_t round_down(int64_t n, int64_t step) { return n / step * step; }

}  // namespace

Blocking blocking_for(const CacheSizes& sizes) {
  Blocking blocking = kCommonBlocking;
  if (sizes.first > 0) {
    const int64_t rows = round_down(sizes.first / kPanelRowBytes, kStretchStep);
    blocking.stretch = std::clamp(rows, kLeastStretch, kMaxStretch);
  }
  if (sizes.second > 0) {
    const int64_t row_bytes = blocking.stretch * static_cast<int64_t>(sizeof(float));
    const int64_t rows = round_down(sizes.second / 8 * 3 / row_bytes, kSlabStep);
    blocking.slab_rows = std::clamp(rows, kLeastSlabRows, kMaxSlabRows);
  }
  return blocking;
}

const Blocking& blocking() {
  static const Blocking known = blocking_for(cache_sizes());
  return known;
}

}  // namespace plummet
