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
  x[0] = h[7] * x[0] - h[3] * x[2] / (::sqrt(x[3]) * h[4] + h[5]);
}

void adadelta(double* x, const double* h) {
  const double g = x[1] + h[4] * x[0];
  x[2] = h[0] * x[2] + h[1] * g * g;
  const double d = ::sqrt((x[3] + h[2]) / (x[2] + h[2])) * g;
  x[3] = h[0] * x[3] + h[1] * d * d;
  x[0] = h[5] * x[0] - h[3] * d;
}
void adagrad(double* x, const double* h) {
  const double g = x[1] + h[3] * x[0];
  x[2] += g * g;
  x[0] = h[4] * x[0] - h[0] * g / (::sqrt(x[2] + h[1]) + h[2]);
}
void adamax(double* x, const double* h) {
  const double g = x[1] + h[6] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = fmax(h[2] * x[3], fabs(g) + h[4]);
  x[0] = h[7] * x[0] - h[3] * x[2] / (x[3] + h[5]);
}
void adamw(double* x, const double* h) {
  x[0] *= h[7];
  x[2] = h[0] * x[2] + h[1] * x[1];
  x[3] = h[2] * x[3] + h[3] * x[1] * x[1];
  x[0] -= h[4] * x[2] / (::sqrt(x[3]) * h[5] + h[6]);
}
void adamw_amsgrad(double* x, const double* h) {
  x[0] *= h[7];
  x[2] = h[0] * x[2] + h[1] * x[1];
  x[3] = h[2] * x[3] + h[3] * x[1] * x[1];
  x[4] = fmax(x[4], x[3]);
  x[0] -= h[4] * x[2] / (::sqrt(x[4]) * h[5] + h[6]);
}
void nadam(double* x, const double* h) {
  const double g = x[1] + h[8] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * g * g;
  x[0] = h[9] * x[0] - (h[4] * x[2] + h[5] * g) / (::sqrt(x[3]) * h[6] + h[7]);
}
void radam(double* x, const double* h) {
  const double g = x[1] + h[8] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * g * g;
  x[0] = h[9] * x[0] - h[4] * x[2] / (h[7] > 0 ? ::sqrt(x[3]) * h[5] + h[6] : 1);
}
void rmsprop(double* x, const double* h) {
  const double g = x[1] + h[5] * x[0];
  x[2] = h[0] * x[2] + h[1] * g * g;
  x[0] = h[6] * x[0] - h[2] * g / (::sqrt(x[2] + h[3]) + h[4]);
}
void rmsprop_centered(double* x, const double* h) {
  const double g = x[1] + h[5] * x[0];
  x[2] = h[0] * x[2] + h[1] * g * g;
  x[3] = h[0] * x[3] + h[1] * g;
  x[0] = h[6] * x[0] - h[2] * g / (::sqrt(fmax(x[2] - x[3] * x[3], 0) + h[3]) + h[4]);
}
void rmsprop_momentum(double* x, const double* h) {
  const double g = x[1] + h[5] * x[0];
  x[2] = h[0] * x[2] + h[1] * g * g;
  x[3] = h[7] * x[3] + h[2] * g / (::sqrt(x[2] + h[3]) + h[4]);
  x[0] = h[6] * x[0] - h[8] * x[3];
}
void rmsprop_centered_momentum(double* x, const double* h) {
  const double g = x[1] + h[5] * x[0];
  x[2] = h[0] * x[2] + h[1] * g * g;
  x[3] = h[0] * x[3] + h[1] * g;
  x[4] = h[7] * x[4] + h[2] * g / (::sqrt(fmax(x[2] - x[3] * x[3], 0) + h[3]) + h[4]);
  x[0] = h[6] * x[0] - h[8] * x[4];
}
double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
void rprop(double* x, const double* h) {
  double g = x[1] + h[6] * x[0];
  if (h[1] > 0) x[3] = h[0];
  const double same = g * x[2];
  x[3] = fmax(fmin(x[3] * (same > 0 ? h[3] : same < 0 ? h[2] : 1), h[5]), h[4]);
  if (same < 0) g = 0;
  x[2] = g;
  x[0] -= sign_of(g) * x[3];
}
void sgd_velocity(double* x, const double* h) {
  x[2] = h[1] * x[2] - h[0] * x[1];
  x[0] = h[2] * x[0] + x[2];
}
void sgd_velocity_nesterov(double* x, const double* h) {
  x[2] = h[1] * x[2] - h[0] * x[1];
  x[0] = h[2] * x[0] + h[1] * x[2] - h[0] * x[1];
}

void adabelief(double* x, const double* h) {
  const double g = x[1] + h[8] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * (g - x[2]) * (g - x[2]) + h[7];
  x[0] = h[9] * x[0] - h[4] * x[2] / (::sqrt(x[3]) * h[5] + h[6]);
}
void adabelief_amsgrad(double* x, const double* h) {
  const double g = x[1] + h[8] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * (g - x[2]) * (g - x[2]) + h[7];
  x[4] = fmax(x[4], x[3]);
  x[0] = h[9] * x[0] - h[4] * x[2] / (::sqrt(x[4]) * h[5] + h[6]);
}
void adan(double* x, const double* h) {
  const double difference = x[1] + (h[0] > 0 ? -x[1] : x[5]);
  x[2] = h[1] * x[2] + h[2] * x[1];
  x[4] = h[3] * x[4] + h[4] * difference;
  x[3] = h[5] * x[3] + h[6] * (x[1] + h[3] * difference) * (x[1] + h[3] * difference);
  x[5] = -x[1];
  x[0] = (h[11] * x[0] - (h[7] * x[2] + h[8] * x[4]) / (::sqrt(x[3]) * h[9] + h[10])) * h[12];
}
void ademamix(double* x, const double* h) {
  const double g = x[1] + h[10] * x[0];
  x[2] = h[0] * x[2] + h[1] * g;
  x[3] = h[2] * x[3] + h[3] * g * g;
  x[4] = h[4] * x[4] + h[5] * g;
  x[0] = h[11] * x[0] - (h[6] * x[2] + h[7] * x[4]) / (::sqrt(x[3]) * h[8] + h[9]);
}
void adopt(double* x, const double* h) {
  const double g = x[1] + h[7] * x[0];
  x[2] = h[1] * x[2] + h[2] * fmax(-h[6], fmin(g / fmax(::sqrt(x[3]), h[5]), h[6]));
  x[0] = h[8] * x[0] - h[0] * x[2];
  x[3] = h[3] * x[3] + h[4] * g * g;
}
void asgd(double* x, const double* h) {
  x[0] = h[3] * x[0] - h[0] * (x[1] + h[2] * x[0]);
  x[2] += h[1] * (x[0] - x[2]);
}
void ftrl(double* x, const double* h) {
  const double p = h[5] * x[0], n = x[2] + x[1] * x[1], root = ::pow(n, h[0]);
  x[3] += x[1] + h[4] * p - (root - ::pow(x[2], h[0])) * h[1] * p;
  x[2] = n;
  x[0] = (fmax(-h[2], fmin(x[3], h[2])) - x[3]) / (root * h[1] + h[3]);
}
void lion(double* x, const double* h) {
  x[0] = h[5] * x[0] - h[0] * sign_of(h[1] * x[2] + h[2] * x[1]);
  x[2] = h[3] * x[2] + h[4] * x[1];
}
void schedule_free_adamw(double* x, const double* h) {
  if (h[0] > 0) x[2] = x[0];
  x[3] = h[1] * x[3] + h[2] * x[1] * x[1];
  x[0] *= h[6];
  const double d = x[1] / (::sqrt(x[3]) * h[3] + h[4]) + h[5] * x[0];
  x[0] += h[7] * (x[2] - x[0]) - h[9] * d;
  x[2] -= h[8] * d;
}
void schedule_free_sgd(double* x, const double* h) {
  if (h[0] > 0) x[2] = x[0];
  const double g = x[1] + h[1] * x[0];
  x[0] += h[2] * (x[2] - x[0]) - h[4] * g;
  x[2] -= h[3] * g;
}
void sign_sgd(double* x, const double* h) { x[0] = h[2] * x[0] - h[0] * sign_of(x[1] + h[1] * x[0]); }
void signum(double* x, const double* h) {
  x[2] = h[1] * x[2] + h[2] * (x[1] + h[3] * x[0]);
  x[0] = h[4] * x[0] - h[0] * sign_of(x[2]);
}
void sophia_g(double* x, const double* h) {
  if (h[0] > 0) {
    x[3] = h[3] * x[3] + h[4] * x[1] * x[1];
    return;
  }
  x[2] = h[1] * x[2] + h[2] * x[1];
  x[0] = h[8] * x[0] - h[5] * sign_of(x[2]) * fmin(fabs(x[2]) / (h[6] * x[3] + h[7]), 1);
}

struct Formula {
  Op op;
  Step step;
  bool square_first = false;  // the first state is a mean of squares, not of gradients
};
const Formula kFormulas[] = {
    {kOp_sgd, sgd},
    {kOp_sgdMomentum, sgd_momentum},
    {kOp_sgdNesterov, sgd_nesterov},
    {kOp_adam, adam},
    {kOp_adamAmsgrad, adam_amsgrad},
    {kOp_yogi, yogi},
    {kOp_adadelta, adadelta, true},
    {kOp_adagrad, adagrad, true},
    {kOp_adamax, adamax},
    {kOp_adamw, adamw},
    {kOp_adamwAmsgrad, adamw_amsgrad},
    {kOp_nadam, nadam},
    {kOp_radam, radam},
    {kOp_rmsprop, rmsprop, true},
    {kOp_rmspropCentered, rmsprop_centered, true},
    {kOp_rmspropMomentum, rmsprop_momentum, true},
    {kOp_rmspropCenteredMomentum, rmsprop_centered_momentum, true},
    {kOp_rprop, rprop},
    {kOp_sgdVelocity, sgd_velocity},
    {kOp_sgdVelocityNesterov, sgd_velocity_nesterov},
    {kOp_adabelief, adabelief},
    {kOp_adabeliefAmsgrad, adabelief_amsgrad},
    {kOp_adan, adan},
    {kOp_ademamix, ademamix},
    {kOp_adopt, adopt},
    {kOp_asgd, asgd},
    {kOp_ftrl, ftrl, true},
    {kOp_lion, lion},
    {kOp_scheduleFreeAdamW, schedule_free_adamw},
    {kOp_scheduleFreeSGD, schedule_free_sgd},
    {kOp_signSgd, sign_sgd},
    {kOp_signum, signum},
    {kOp_sophiaG, sophia_g},
};
static_assert(sizeof(kFormulas) / sizeof(*kFormulas) == kOp_sgdOfDense - kOp_sgd,
              "a new optimizer needs its formula here");

TEST(Optimizers, AreCloseToFloat64) {
  const int64_t n = 53;
  for (const Formula& formula : kFormulas) {
    const Counts counts = counts_of(formula.op - kOp_sgd);
    Cases cases(uint32_t(20 + formula.op - kOp_sgd));
    Problem p = {formula.op, {Cases::written(cases.flat(n)), cases.flat(n)}, {n}, (n + 15) / 16};
    for (int64_t s = 0; s < counts.states; s++) {
      p.arrays.push_back(Cases::written(cases.flat(n)));
      // Second moments; far from the square of the gradient, for Yogi's sign.
      if (s > 0 || formula.square_first) {
        for (int64_t i = 0; i < n; i++) p.arrays.back().f()[i] = fabsf(p.arrays.back().f()[i]) + 1.5f;
      }
    }
    p.arrays.push_back(cases.flat(counts.hyper));
    for (int64_t h = 0; h < counts.hyper; h++) p.arrays.back().f()[h] = fabsf(p.arrays.back().f()[h]) * 0.5f + 0.1f;
    for (const KernelTable* table : tables()) {
      const Outcome outcome = run(*table, p);
      for (int64_t i = 0; i < n; i++) {
        double x[kMaxOperands] = {}, h[16] = {};
        ASSERT_LE(counts.hyper, 16);
        for (int64_t s = 0; s < 2 + counts.states; s++) x[s] = double(at(p.arrays[size_t(s)].bytes, i));
        for (int64_t s = 0; s < counts.hyper; s++) h[s] = double(at(p.arrays.back().bytes, s));
        formula.step(x, h);
        for (int64_t s = 0; s < 1 + counts.states; s++) {
          EXPECT_NEAR(at(outcome.written[size_t(s)], i), x[s == 0 ? 0 : s + 1], 1e-5) << describe(*table, p) << s;
        }
      }
    }
  }
}

}  // namespace
}  // namespace plummet
