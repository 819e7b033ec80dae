// One step of every optimizer against its formula in float64.
#include <math.h>

#include "kernels_expect.h"

namespace plummet {
namespace {

// x holds p, g, states; h the scalars.
using Step = void (*)(double* x, const double* h);
void sgd(double* x, const double* h) { x[0] -= h[0] * (x[1] + h[1] * x[0]); }
void sgd_momentum(double* x, const double* h) {
  x[2] = h[2] * x[2] + h[3] * (x[1] + h[1] * x[0]);
  x[0] -= h[0] * x[2];
}
void sgd_nesterov(double* x, const double* h) {
  const double g = x[1] + h[1] * x[0];
  x[2] = h[2] * x[2] + h[3] * g;
  x[0] -= h[0] * (g + h[4] * x[2]);
}
void adam(double* x, const double* h) {
  const double g = x[1] + h[7] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * g * g;
  x[0] -= h[4] * x[2] / (::sqrt(x[3]) * h[5] + h[6]);
}
void adam_amsgrad(double* x, const double* h) {
  const double g = x[1] + h[7] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * g * g;
  x[4] = fmax(x[4], x[3]);
  x[0] -= h[4] * x[2] / (::sqrt(x[4]) * h[5] + h[6]);
}
void yogi(double* x, const double* h) {
  const double g = x[1] + h[6] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  const double d = x[3] - g * g;
  x[3] -= h[2] * (d > 0 ? 1 : d < 0 ? -1 : 0) * g * g;
  x[0] -= h[3] * x[2] / (::sqrt(x[3]) * h[4] + h[5]);
}

TEST(Optimizers, AreCloseToFloat64) {
  const Step steps[] = {sgd, sgd_momentum, sgd_nesterov, adam, adam_amsgrad, yogi};
  const int states[] = {0, 1, 1, 2, 3, 2}, scalars[] = {2, 4, 5, 8, 8, 7};
  static_assert(kOp_sgdOfDense - kOp_sgd == 6, "a new optimizer needs its formula here");
  const int64_t n = 53;
  for (int o = 0; o < 6; o++) {
    Cases cases(uint32_t(20 + o));
    Problem p = {Op(kOp_sgd + o), {Cases::written(cases.flat(n)), cases.flat(n)}, {n}, (n + 15) / 16};
    for (int s = 0; s < states[o]; s++) {
      p.arrays.push_back(Cases::written(cases.flat(n)));
      if (s > 0) {  // second moments; far from the square of the gradient, for Yogi's sign
        for (int64_t i = 0; i < n; i++) p.arrays.back().f()[i] = fabsf(p.arrays.back().f()[i]) + 1.5f;
      }
    }
    p.arrays.push_back(cases.flat(scalars[o]));
    for (int h = 0; h < scalars[o]; h++) p.arrays.back().f()[h] = fabsf(p.arrays.back().f()[h]) * 0.5f + 0.1f;
    for (const KernelTable* table : tables()) {
      const Outcome outcome = run(*table, p);
      for (int64_t i = 0; i < n; i++) {
        double x[5] = {}, h[8] = {};
        for (int s = 0; s < 2 + states[o]; s++) x[s] = double(at(p.arrays[size_t(s)].bytes, i));
        for (int s = 0; s < scalars[o]; s++) h[s] = double(at(p.arrays.back().bytes, s));
        steps[o](x, h);
        for (int s = 0; s < 1 + states[o]; s++) {
          EXPECT_NEAR(at(outcome.written[size_t(s)], i), x[s == 0 ? 0 : s + 1], 1e-5) << describe(*table, p) << s;
        }
      }
    }
  }
}

}  // namespace
}  // namespace plummet
