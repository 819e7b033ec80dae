// Problems for the ops that optimizers are composed with.
#pragma once
#include <math.h>

#include <vector>

#include "kernels_problem.h"

namespace plummet {
namespace {

inline std::vector<Problem> over_floats(Op op, Cases& cases) {
  std::vector<Problem> all;
  for (int64_t n : {1, 15, 16, 33, 100}) {
    for (bool any : {false, true}) {
      const Array x = cases.flat(n, any), y = cases.flat(n, any);
      const int64_t units = (n + 15) / 16;
      if (op == kOp_accumulateGradient) {
        for (float held : {0.0f, 1.0f}) {
          all.push_back({op, {x, Cases::values({held}), Cases::written(y)}, {n}, units});
        }
      } else if (op == kOp_averageWeights) {
        for (float kept : {0.0f, 0.75f}) {
          all.push_back({op, {Cases::written(y), x, Cases::values({kept, 1 - kept})}, {n}, units});
        }
      } else if (op == kOp_interpolate) {
        for (float weight : {0.3f, 1.0f}) {
          all.push_back({op, {x, y, Cases::values({weight}), Cases::written(cases.flat(n))}, {n}, units});
          all.push_back({op, {x, y, Cases::values({weight}), Cases::in_place(cases.flat(n), 0)}, {n}, units});
        }
      } else {
        all.push_back({op, {x, cases.hyper(1), Cases::written(y)}, {n}, units});
        all.push_back({op, {x, cases.hyper(1), Cases::in_place(y, 0)}, {n}, units});
      }
    }
  }
  return all;
}

inline std::vector<Problem> over_gradients(Op op, Cases& cases) {
  const int64_t shapes[][2] = {{1, 1}, {1, 16}, {5, 31}, {3, 33}, {70, 50}, {1, 4097}};
  std::vector<Problem> all;
  for (const auto& s : shapes) {
    for (int variant = 0; variant < 4; variant++) {
      const bool any = variant % 2 == 1;
      const int64_t rows = s[0], columns = s[1], panelled = variant / 2;
      const int64_t width = panelled ? pad(columns) : columns;
      const Array x = panelled ? cases.panels(rows, columns, any) : cases.flat(rows * columns, any);
      if (op == kOp_centralize) {
        all.push_back({op, {x, Cases::written(x)}, {rows, columns, width, panelled}, (columns + 15) / 16});
      } else {
        const Array noise = Cases::values({0.25f, 16777215.0f, float(variant)});
        all.push_back({op,
                       {x, noise, Cases::written(x)},
                       {rows, columns, width, panelled, 0x89abcdef, 0x01234567, 3},
                       (rows * columns + 15) / 16});
      }
    }
  }
  return all;
}

inline std::vector<Problem> judgements(Cases& cases) {
  std::vector<Problem> all;
  for (int64_t blocks : {0, 1, 3, 40}) {
    for (double bad : {1.0, double(INFINITY), double(NAN)}) {
      Array partials = cases.flat(2 * blocks);
      for (int64_t i = 0; i < blocks; i++) {
        const double x = i == blocks - 1 ? bad : 0.5;
        memcpy(&partials.bytes[size_t(8 * i)], &x, 8);
      }
      const Array factors = Cases::values({2, 0.5f}), verdict = Cases::written(cases.flat(2));
      for (float held : {0.0f, 3.0f}) {
        const Array scaling = Cases::written(Cases::values({65536, held}));
        for (float last : {0.0f, 1.0f}) {
          all.push_back({kOp_judgeStep, {partials, Cases::values({last}), factors, scaling, verdict}, {blocks, 4}, 1});
        }
      }
      all.push_back(
          {kOp_judgeStep, {partials, Cases::absent(), Cases::absent(), Cases::absent(), verdict}, {blocks, 1}, 1});
    }
  }
  return all;
}

inline std::vector<Problem> composition(Op op, Cases& cases) {
  if (op == kOp_addNoise || op == kOp_centralize) return over_gradients(op, cases);
  if (op == kOp_judgeStep) return judgements(cases);
  if (op == kOp_countBatch) {
    std::vector<Problem> all;
    for (int64_t batches : {1, 2, 5}) {
      for (float held : {0.0f, 1.0f, 4.0f}) {
        const Array window = Cases::written(Cases::values({held}));
        all.push_back({op, {window, Cases::values({1024}), Cases::written(cases.flat(2))}, {batches}, 1});
      }
    }
    return all;
  }
  if (op == kOp_scaleRows) {
    std::vector<Problem> all;
    for (int64_t columns : {1, 15, 16, 33}) {
      const int64_t rows = 5, ld = pad(columns) + 16;
      const Array x = cases.padded(rows, columns, ld, true);
      const Array out = Cases::written(cases.padded(rows, columns, ld));
      all.push_back({op, {x, cases.hyper(1), out}, {rows, columns, ld}, rows});
      all.push_back({op, {x, cases.hyper(1), Cases::in_place(x, 0)}, {rows, columns, ld}, rows});
    }
    return all;
  }
  return over_floats(op, cases);
}

}  // namespace
}  // namespace plummet
