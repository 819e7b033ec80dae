// Reductions, losses and metrics along rows, against docs/definitions.md and float64.
#include <math.h>

#include "kernels_expect.h"

namespace plummet {
namespace {

// 16 lanes and a tree, as docs/definitions.md has it.
float lanes(int64_t n, const std::function<float(int64_t)>& value) {
  float lane[16];
  for (int64_t l = 0; l < 16; l++) lane[l] = l < n ? value(l) : 0;
  for (int64_t base = 16; base < n; base += 16) {
    for (int64_t l = 0; l < 16; l++) lane[l] = lane[l] + (base + l < n ? value(base + l) : 0);
  }
  for (int64_t s = 8; s > 0; s /= 2) {
    for (int64_t l = 0; l < s; l++) lane[l] = lane[l] + lane[l + s];
  }
  return lane[0];
}

TEST(Reductions, AreSixteenLanesAndATree) {
  for (const Problem& p : Cases(15).of(kOp_softmaxGradient)) {
    const Array &y = p.arrays[0], &dy = p.arrays[1];
    if (p.arrays[2].same_as >= 0) continue;
    expect_elements(p, p.arrays[2], p.dims[0], p.dims[1], [&](int64_t i, int64_t j) {
      const float s =
          lanes(p.dims[1], [&](int64_t c) { return at(dy.bytes, place(dy, i, c)) * at(y.bytes, place(y, i, c)); });
      return (at(dy.bytes, place(dy, i, j)) - s) * at(y.bytes, place(y, i, j));
    });
  }
}

TEST(Losses, MeanSquaredError) {
  for (const Problem& p : Cases(16).of(kOp_meanSquaredError)) {
    const int64_t rows = p.dims[0], columns = p.dims[2];
    const auto difference = [&](int64_t i, int64_t j) {
      const int64_t r = p.arrays[2].absent ? p.dims[3] + i : [&] {
        int32_t row;
        memcpy(&row, &p.arrays[2].bytes[size_t(p.dims[3] + i) * 4], 4);
        return int64_t(row);
      }();
      return at(p.arrays[0].bytes, place(p.arrays[0], i, j)) - at(p.arrays[1].bytes, r * columns + j);
    };
    if (p.arrays[4].absent) {
      expect_elements(p, p.arrays[3], rows, 1, [&](int64_t i, int64_t) {
        const float sum = lanes(columns, [&](int64_t c) { return difference(i, c) * difference(i, c); });
        return sum / float(columns);
      });
    } else {
      const float scale = float(2.0 / (double(rows) * double(columns)));
      expect_elements(p, p.arrays[4], rows, columns, [&](int64_t i, int64_t j) { return difference(i, j) * scale; });
    }
  }
}

TEST(Losses, OfSoftmaxAreCloseToFloat64) {
  for (const KernelTable* table : tables()) {
    for (const Problem& p : Cases(17).of(kOp_sparseSoftmaxCrossentropy)) {
      bool finite = true;
      for (int64_t i = 0; i < p.dims[0] * p.dims[4]; i++) finite = finite && fabsf(at(p.arrays[0].bytes, i)) < 1e3f;
      if (!finite) continue;
      const Outcome outcome = run(*table, p);
      for (int64_t i = 0; i < p.dims[0]; i++) {
        int32_t row = int32_t(p.dims[3] + i), label;
        if (!p.arrays[2].absent) memcpy(&row, &p.arrays[2].bytes[size_t(p.dims[3] + i) * 4], 4);
        memcpy(&label, &p.arrays[1].bytes[size_t(row) * 4], 4);
        double sum = 0;
        const auto z = [&](int64_t j) { return double(at(p.arrays[0].bytes, i * p.dims[4] + j)); };
        for (int64_t j = 0; j < p.dims[2]; j++) sum += exp(z(j) - z(label));
        EXPECT_NEAR(at(outcome.written[0], i), log(sum), 1e-5 * (1 + fabs(log(sum)))) << describe(*table, p);
        if (p.arrays[4].absent) continue;
        for (int64_t j = 0; j < p.dims[2]; j++) {
          const double expected = (exp(z(j) - z(label)) / sum - (j == label)) / double(p.dims[0]);
          EXPECT_NEAR(at(outcome.written[1], i * p.dims[4] + j), expected, 1e-6) << describe(*table, p);
        }
      }
    }
  }
}

// A row or a label outside its range stops a kernel before anything is read from there.
TEST(Ranges, AreCheckedWhereTheyAreUsed) {
  for (int o = kOp_gatherFloats; o <= kOp_absoluteError; o++) {
    const bool gathers = o <= kOp_gatherBytes, labels = o == kOp_sparseSoftmaxCrossentropy || o == kOp_sparseAccuracy;
    if (!gathers && o < kOp_sparseSoftmaxCrossentropy) continue;
    const size_t order = gathers ? 1 : 2;
    for (Problem p : Cases(30).of(Op(o))) {
      const int64_t first = p.dims[3], last = first + p.dims[0] - 1;
      for (const KernelTable* table : tables()) {
        for (int32_t bad : {-1, int32_t(p.dims[1]), INT32_MIN, INT32_MAX}) {
          Problem q = p;
          if (q.arrays[order].absent) {
            q.dims[1] = last;  // one row short
          } else {
            q.arrays[order].i()[last] = bad;
          }
          EXPECT_EQ(run(*table, q).error, kBadRow) << describe(*table, q);
        }
        for (int32_t bad : {-1, int32_t(p.dims[2]), INT32_MIN, INT32_MAX}) {
          if (!labels) break;
          Problem q = p;
          const int32_t row = q.arrays[order].absent ? int32_t(last) : q.arrays[order].i()[last];
          q.arrays[1].i()[row] = bad;
          EXPECT_EQ(run(*table, q).error, kBadLabel) << describe(*table, q);
        }
      }
    }
  }
}

TEST(Accuracy, TakesTheFirstOfTheLargest) {
  const float nan = NAN;
  const std::vector<std::vector<float>> rows = {{1, 3, 3, 2}, {nan, 5, 6, 7}, {1, nan, 0, 2}, {0, -0.0f, 0, 0}};
  const std::vector<int32_t> best = {1, 0, 3, 0};
  Cases cases(40);
  Array z = cases.padded(4, 4, 16), labels = cases.ints(4, 1);
  for (int64_t i = 0; i < 4; i++) {
    for (int64_t j = 0; j < 4; j++) z.f()[i * 16 + j] = rows[size_t(i)][size_t(j)];
    labels.i()[i] = best[size_t(i)];
  }
  const Problem p = {
      kOp_sparseAccuracy, {z, labels, Cases::absent(), Cases::written(cases.flat(4))}, {4, 4, 4, 0, 16}, 4};
  for (const KernelTable* table : tables()) {
    const Outcome outcome = run(*table, p);
    for (int64_t i = 0; i < 4; i++) EXPECT_EQ(at(outcome.written[0], i), 1) << table->isa << " row " << i;
  }
}

}  // namespace
}  // namespace plummet
