// How a matrix product is divided: blocks of 48 rows of the output in panels of 32 columns.
#pragma once
#include <stdint.h>

namespace plummet {
namespace {

constexpr int64_t kPanel = 32;
constexpr int64_t kRowBlock = 48;
constexpr int64_t kSlabRows = 4 * kRowBlock;
// As much of k as lets a panel's part of the right-hand matrix stay in the first cache.
constexpr int64_t kStretch = 256;

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// Rows [from, from + count) of the output, and a stretch [p, p + length) of what is summed: as much of the left-hand
// matrix as stays in the second cache while panel after panel is computed.
struct Slab {
  int64_t from, count, p, length;
  int64_t begin, end, blocks;  // the units to be computed, and how many make a panel

  // Calls f(panel, first row, rows) for each panel that has units to be computed in these rows.
  template <class F>
  void for_panels(F f) const {
    for (int64_t panel = begin / blocks; panel * blocks < end; panel++) {
      const int64_t first = larger(from, (begin - panel * blocks) * kRowBlock);
      const int64_t last = smaller(from + count, (end - panel * blocks) * kRowBlock);
      if (first < last) f(panel, first, last - first);
    }
  }
};

// Calls f(slab) for the slabs that make up units [begin, end) of a product: once at least for all rows, also where k is
// 0. Stretches of k are of nearly equal length and come in ascending order.
template <class F>
void for_slabs(int64_t begin, int64_t end, int64_t rows, int64_t k, F f) {
  if (begin >= end) return;
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  const bool one_panel = begin / blocks == (end - 1) / blocks;
  const int64_t first = one_panel ? begin % blocks * kRowBlock : 0;
  const int64_t last = one_panel ? smaller(((end - 1) % blocks + 1) * kRowBlock, rows) : rows;
  const int64_t stretches = larger((k + kStretch - 1) / kStretch, 1);
  for (int64_t from = first; from < last; from += kSlabRows) {
    for (int64_t s = 0, p = 0; s < stretches; s++) {
      const int64_t length = (k - p + stretches - s - 1) / (stretches - s);
      f(Slab{from, smaller(last - from, kSlabRows), p, length, begin, end, blocks});
      p += length;
    }
  }
}

// Rows that lie a multiple of this many floats apart compete for the same few places in the cache.
constexpr int64_t kSamePlaces = 128;

// The columns of panel q, of a matrix with n columns, that are stored.
inline int64_t panel_width(int64_t n, int64_t q) {
  const int64_t rest = pad(n) - q * kPanel;
  return rest < kPanel ? rest : kPanel;
}

}  // namespace
}  // namespace plummet
