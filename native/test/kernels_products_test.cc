// Matrix products are chains of fused multiply-adds, as docs/definitions.md has them.
#include <math.h>

#include <array>

#include "kernels_expect.h"

namespace plummet {
namespace {

float chain(float start, int64_t k, const Element& a, const Element& b, int64_t i, int64_t j) {
  for (int64_t p = 0; p < k; p++) start = fmaf(a(i, p), b(p, j), start);
  return start;
}

Element transposed(const Element& a) {
  return [a](int64_t i, int64_t j) { return a(j, i); };
}

float activation_gradient(int64_t activation, float y, float dy) {
  if (activation == 1) return 0 >= y ? 0 : dy;
  const float slope = activation == 2 ? y * (1 - y) : 1 - y * y;
  return activation == 0 ? dy : dy * slope;
}

// Of matrices so wide that kernels copy what they read.
std::vector<Problem> wide_products() {
  std::vector<Problem> all;
  Cases cases(16);
  for (int transposed : {0, 1, 2, 3}) {
    for (const auto& [m, n, k] : {std::array<int64_t, 3>{128, 130, 40}, {384, 128, 270}, {30, 300, 40}, {1, 300, 41}}) {
      all.push_back({kOp_gemm,
                     {cases.flat(m * k), cases.flat(k * n), cases.written(cases.flat(m * n))},
                     {m, n, k, transposed & 1, transposed >> 1, m % 3 == 0},
                     tiles(m, n)});
    }
  }
  return all;
}

std::vector<Problem> all_gemms() {
  std::vector<Problem> all = Cases(11).of(kOp_gemm);
  for (const Problem& p : wide_products()) all.push_back(p);
  return all;
}

TEST(Products, AreChainsOfFusedMultiplyAdds) {
  for (const Problem& p : all_gemms()) {
    const int64_t m = p.dims[0], n = p.dims[1], k = p.dims[2];
    const auto matrix = [](const Array& x, int64_t ld) -> Element {
      return [&x, ld](int64_t i, int64_t j) { return at(x.bytes, i * ld + j); };
    };
    const Element a = p.dims[3] ? transposed(matrix(p.arrays[0], m)) : matrix(p.arrays[0], k);
    const Element b = p.dims[4] ? transposed(matrix(p.arrays[1], k)) : matrix(p.arrays[1], n);
    const Element c = matrix(p.arrays[2], n);
    expect_elements(p, p.arrays[2], m, n,
                    [&](int64_t i, int64_t j) { return chain(p.dims[5] ? c(i, j) : 0, k, a, b, i, j); });
  }
}

TEST(Products, OfADenseLayer) {
  for (const Problem& p : Cases(12).of(kOp_dense)) {
    if (p.dims[5] > 1) continue;  // sigmoid and tanh have tests of their own
    const Element x = element(p.arrays[0]), w = element(p.arrays[1]);
    const Array& bias = p.arrays[2];
    expect_elements(p, p.arrays[3], p.dims[0], p.dims[2], [&](int64_t i, int64_t j) {
      const float c = chain(bias.absent ? 0 : at(bias.bytes, j), p.dims[1], x, w, i, j);
      return p.dims[5] == 1 && 0 > c ? 0 : c;
    });
  }
}

// Of layers so wide, for their rows, that dy is transposed and not the kernel.
std::vector<Problem> wide_input_gradients() {
  std::vector<Problem> all;
  Cases cases(17);
  for (const auto& [rows, inputs, outputs] :
       {std::array<int64_t, 3>{16, 64, 64}, {1, 70, 100}, {50, 500, 333}, {65, 420, 290}, {33, 200, 800}}) {
    for (bool any : {false, true}) {
      const int64_t ldx = pad(inputs) + 16, ldy = pad(outputs), activation = (rows + any) % 4;
      all.push_back({kOp_denseInputGradient,
                     {cases.padded(rows, outputs, ldy, any), cases.panels(inputs, outputs, any),
                      activation == 0 ? cases.absent() : cases.padded(rows, inputs, ldx, any),
                      cases.written(cases.padded(rows, inputs, ldx))},
                     {rows, inputs, outputs, ldy, ldx, activation},
                     tiles(rows, inputs)});
    }
  }
  return all;
}

std::vector<Problem> all_input_gradients() {
  std::vector<Problem> all = Cases(13).of(kOp_denseInputGradient);
  for (const Problem& p : wide_input_gradients()) all.push_back(p);
  return all;
}

TEST(Products, OfTheGradientOfADenseLayersInput) {
  for (const Problem& p : all_input_gradients()) {
    const Element dy = element(p.arrays[0]), w = transposed(element(p.arrays[1])), y = element(p.arrays[2]);
    expect_elements(p, p.arrays[3], p.dims[0], p.dims[1], [&](int64_t i, int64_t j) {
      const float c = chain(0, p.dims[2], dy, w, i, j);
      return p.arrays[2].absent ? c : activation_gradient(p.dims[5], y(i, j), c);
    });
  }
}

TEST(Products, OfTheGradientOfADenseLayersInputDoNotDependOnWhoDoesWhichUnits) {
  for (const KernelTable* table : tables()) {
    for (const Problem& p : wide_input_gradients()) {
      const Outcome expected = run(*table, p);
      for (int64_t units : {1, 7, 10}) EXPECT_EQ(run(*table, p, units), expected) << describe(*table, p) << units;
    }
  }
}

TEST(Products, OfTheGradientOfADenseLayersKernel) {
  for (const Problem& p : Cases(14).of(kOp_denseKernelGradient)) {
    const Element x = transposed(element(p.arrays[0])), dy = element(p.arrays[1]);
    expect_elements(p, p.arrays[2], p.dims[1], p.dims[2],
                    [&](int64_t i, int64_t j) { return chain(0, p.dims[0], x, dy, i, j); });
  }
}

TEST(Products, DoNotDependOnTheirBlocking) {
  for (const KernelTable* table : tables()) {
    for (Op op : {kOp_gemm, kOp_dense, kOp_denseInputGradient, kOp_denseKernelGradient}) {
      for (const Problem& p : op == kOp_gemm                 ? all_gemms()
                              : op == kOp_denseInputGradient ? all_input_gradients()
                                                             : Cases(15).of(op)) {
        const Outcome expected = run(*table, p);
        for (const Blocking& blocking : {Blocking{1, 48}, Blocking{17, 96}, Blocking{kMaxStretch, kMaxSlabRows}}) {
          EXPECT_EQ(run(*table, p, 0, 0, blocking), expected) << describe(*table, p) << blocking.stretch;
        }
      }
    }
  }
}

}  // namespace
}  // namespace plummet
