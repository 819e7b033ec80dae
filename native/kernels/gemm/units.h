// How a matrix product is divided: blocks of 48 rows of the output in panels of 32 columns.
#pragma once
#include <stdint.h>

namespace plummet {
namespace {

constexpr int64_t kPanel = 32;
constexpr int64_t kRowBlock = 48;

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
// a / b, where b is often 1: divisions would cost more than the arithmetic of a tiny product.
inline int64_t quotient(int64_t a, int64_t b) { return b == 1 ? a : a / b; }

// Rows [from, from + count) of the output, and a stretch [p, p + length) of what is summed: as much of the left-hand
// matrix as stays in the second cache while panel after panel is computed.
struct Slab {
  int64_t from, count, p, length;
  int64_t begin, end, blocks;  // the units to be computed, and how many make a panel

  // Calls f(panel, first row, rows) for each panel that has units to be computed in these rows.
  template <class F>
  void for_panels(F f) const {
    for (int64_t panel = quotient(begin, blocks); panel * blocks < end; panel++) {
      const int64_t first = larger(from, (begin - panel * blocks) * kRowBlock);
      const int64_t last = smaller(from + count, (end - panel * blocks) * kRowBlock);
      if (first < last) f(panel, first, last - first);
    }
  }
};

// Where the left-hand matrix is read by its columns, a tile takes a whole line of the cache for each of k: as much
// again as the right-hand one.
inline Blocking by_columns(Blocking blocking) {
  blocking.stretch = larger(blocking.stretch / 2, 1);
  return blocking;
}

// Calls f(p, length) for the stretches of [from, from + k), ascending and of nearly equal length: once at least, also
// where k is 0.
template <class F>
void for_stretches(int64_t stretch, int64_t from, int64_t k, F f) {
  const int64_t stretches = larger(quotient(k + stretch - 1, stretch), 1);
  for (int64_t s = 0, p = 0; s < stretches; s++) {
    const int64_t length = quotient(k - p + stretches - s - 1, stretches - s);
    f(from + p, length);
    p += length;
  }
}

// Calls f(slab) for the slabs that make up units [begin, end) of a product: once at least for all rows, each with its
// stretches of k in turn.
template <class F>
void for_slabs(const Blocking& blocking, int64_t begin, int64_t end, int64_t rows, int64_t k, F f) {
  if (begin >= end) return;
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  const int64_t panel = quotient(begin, blocks), last_panel = quotient(end - 1, blocks);
  const bool one_panel = panel == last_panel;
  const int64_t first = one_panel ? (begin - panel * blocks) * kRowBlock : 0;
  const int64_t last = one_panel ? smaller((end - panel * blocks) * kRowBlock, rows) : rows;
  for (int64_t from = first; from < last; from += blocking.slab_rows) {
    for_stretches(blocking.stretch, 0, k, [&](int64_t p, int64_t length) {
      f(Slab{from, smaller(last - from, blocking.slab_rows), p, length, begin, end, blocks});
    });
  }
}

// Rows that lie a multiple of this many floats apart compete for the same few places in the cache.
constexpr int64_t kSamePlaces = 128;

// Calls f(panel, first row, rows, p, length) for all parts of units [begin, end), in the order of for_slabs. A product
// that is a single slab takes the short way: finding its parts would cost more than a tiny one's arithmetic.
template <class F>
void for_parts(const Blocking& blocking, int64_t begin, int64_t end, int64_t rows, int64_t k, F f) {
  if (rows <= kRowBlock && k <= blocking.stretch) {
    for (int64_t panel = begin; panel < end; panel++) f(panel, 0, rows, 0, k);
    return;
  }
  for_slabs(blocking, begin, end, rows, k, [&](const Slab& slab) {
    slab.for_panels([&](int64_t panel, int64_t from, int64_t count) { f(panel, from, count, slab.p, slab.length); });
  });
}

// The columns of panel q, of a matrix with n columns, that are stored.
inline int64_t panel_width(int64_t n, int64_t q) {
  const int64_t rest = pad(n) - q * kPanel;
  return rest < kPanel ? rest : kPanel;
}

}  // namespace
}  // namespace plummet
