// How gradients lie, and in which order their elements are gone through (docs/definitions.md, "Gradients"). The order
// depends on the shape alone: not on the layout, nor on who computes which block.
#pragma once
#include <stdint.h>
#include <string.h>

#include "memory.h"
#include "numbers.h"

namespace plummet {
namespace {

constexpr int64_t kBlockRows = 64;
constexpr int64_t kBlockColumns = 4096;
constexpr int64_t kStrip = 32;

// A gradient of rows × columns: row-major, or in panels as a layer's kernel is. `width` floats a row are there.
struct GradientShape {
  int64_t rows, columns, width;
  bool panelled;

  explicit GradientShape(const KernelArgs& args)
      : rows(args.dim[0]), columns(args.dim[1]), width(args.dim[2]), panelled(args.dim[3] == 1) {}

  // Where column j, the first of a strip, begins, and how far its rows are apart.
  int64_t start(int64_t j) const { return panelled ? j / kStrip * kStrip * rows + j % kStrip : j; }
  int64_t stride(int64_t j) const {
    if (!panelled) return width;
    const int64_t left = pad(columns) - j / kStrip * kStrip;
    return left < kStrip ? left : kStrip;
  }
};

// Goes through a block: strips of 32 columns ascending, in each the rows ascending. `visit` gets where a row of a strip
// lies, its row, its first column and its number of columns.
template <class Visit>
void each_strip(const GradientShape& shape, int64_t block, Visit visit) {
  const int64_t across = (shape.columns + kBlockColumns - 1) / kBlockColumns;
  const int64_t first_row = block / across * kBlockRows;
  const int64_t last_row = first_row + kBlockRows < shape.rows ? first_row + kBlockRows : shape.rows;
  const int64_t first = block % across * kBlockColumns;
  const int64_t last = first + kBlockColumns < shape.columns ? first + kBlockColumns : shape.columns;
  for (int64_t j = first; j < last; j += kStrip) {
    const int64_t count = last - j < kStrip ? last - j : kStrip;
    const int64_t stride = shape.stride(j);
    int64_t at = shape.start(j) + first_row * stride;
    for (int64_t i = first_row; i < last_row; i++, at += stride) visit(at, i, j, count);
  }
}

// Joins what stands in 16 lanes: lane l takes lane l + s, for s = 8, 4, 2, 1.
template <class T, class Join>
T fold_lanes(T (&lane)[16], Join join) {
  for (int s = 8; s > 0; s /= 2) {
    for (int l = 0; l < s; l++) lane[l] = join(lane[l], lane[l + s]);
  }
  return lane[0];
}

// One row of a strip into the lanes: column c goes to lane c % 16. `term` gives what is joined, from where it lies.
template <class T, class Join, class Term>
void join_row(T (&lane)[16], int64_t at, int64_t count, Join join, Term term) {
  if (count == kStrip) {
    for (int l = 0; l < 16; l++) lane[l] = join(lane[l], term(at + l));
    for (int l = 0; l < 16; l++) lane[l] = join(lane[l], term(at + 16 + l));
  } else {
    for (int64_t c = 0; c < count; c++) lane[c % 16] = join(lane[c % 16], term(at + c));
  }
}

// What one block comes to, over 16 lanes that begin at +0.
template <class Join, class Term>
double reduce_block(const GradientShape& shape, int64_t block, Join join, Term term) {
  double lane[16] = {};
  each_strip(shape, block, [&lane, join, term](int64_t at, int64_t, int64_t, int64_t count) {
    join_row(lane, at, count, join, term);
  });
  return fold_lanes(lane, join);
}

struct Plus {
  double operator()(double a, double b) const { return a + b; }
};
inline double squared(float x) { return double(x) * double(x); }

// Partial results are float64 that lie in memory of floats: two of these each, not necessarily aligned.
inline double load_double(const float* p) {
  double x;
  memcpy(&x, p, sizeof(x));
  return x;
}
inline void store_double(float* p, double x) {
  if (x != x) x = double(kNaN);  // one NaN, for its bits are read as those of two floats in tests
  memcpy(p, &x, sizeof(x));
}

inline double sum_partials(const float* partials, int64_t blocks) {
  double total = 0;
  for (int64_t i = 0; i < blocks; i++) total = total + load_double(partials + 2 * i);
  return total;
}

}  // namespace
}  // namespace plummet
