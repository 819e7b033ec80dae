// Problems for the ops that reduce tensors to what optimizers scale their steps by, and for element-wise rules.
#pragma once
#include <math.h>

#include "kernels_cases.h"

namespace plummet {
namespace {

struct Laid {
  int64_t rows, columns, width, panelled;
  bool any;
  int64_t floats() const { return rows * width; }
  int64_t blocks() const { return (rows + 63) / 64 * ((columns + 4095) / 4096); }
};

// In rows and in panels, with extremes and without.
inline std::vector<Laid> laid_matrices() {
  const int64_t shapes[][2] = {{1, 1}, {1, 16}, {5, 31}, {3, 33}, {12, 50}, {64, 32}, {129, 65}, {1, 4097}, {65, 4100}};
  std::vector<Laid> all;
  for (const auto& s : shapes) {
    for (int variant = 0; variant < 4; variant++) {
      const int64_t panelled = variant / 2;
      all.push_back({s[0], s[1], panelled ? pad(s[1]) : s[1], panelled, variant % 2 == 1});
    }
  }
  return all;
}

inline Array Cases::laid(const Laid& l, bool any) {
  return l.panelled ? panels(l.rows, l.columns, any) : flat(l.rows * l.columns, any);
}

inline Array Cases::partials(int64_t blocks) {
  Array a = flat(2 * blocks);
  for (int64_t i = 0; i < blocks; i++) {
    const double x = double(source_.uniform()) + 1;
    memcpy(&a.bytes[size_t(8 * i)], &x, 8);
  }
  return a;
}

inline std::vector<Problem> Cases::few_scalars(Op op) {
  std::vector<Problem> all;
  if (op == kOp_distanceRates) {
    for (int64_t kind : {0, 1}) {
      for (float rate : {0.0f, 0.5f}) {
        Array h = hyper(13);
        h.f()[6] = rate;
        h.f()[8] = rate == 0 ? 1.0f : 0.0f;
        all.push_back({op, {hyper(1), h, written(flat(6))}, {kind}, 1});
      }
    }
    return all;
  }
  for (int64_t blocks : {0, 1, 3, 40}) {
    for (int64_t rest : {0, 3}) {
      const Array first = partials(blocks), second = partials(blocks);
      if (op == kOp_trustRatio) {
        all.push_back({op, {first, second, hyper(4 + rest), written(flat(1 + rest))}, {blocks, rest}, 1});
      } else if (op == kOp_normAverage) {
        all.push_back({op, {first, written(hyper(1)), hyper(3 + rest), written(flat(1 + rest))}, {blocks, rest}, 1});
      } else if (op == kOp_factoredScale) {
        all.push_back({op, {first, second, hyper(4 + rest), written(flat(1 + rest))}, {blocks, 5, rest}, 1});
      } else {
        Problem p = {op, {first, second}, {blocks}, 1};
        const int states = op == kOp_prodigyDistance ? 5 : 2;
        for (int s = 0; s < states; s++) p.arrays.push_back(written(hyper(1)));
        p.arrays.push_back(hyper(13));
        p.arrays.push_back(written(flat(4)));
        all.push_back(p);
      }
    }
  }
  return all;
}

// The dims and arrays that an op has beside a matrix.
inline Problem Cases::over_matrix(Op op, const Laid& l, int variant) {
  const int64_t matrices = l.panelled == 0 && l.rows % 3 == 0 ? 3 : 1, groups = (l.columns + 15) / 16;
  const int64_t inner = variant % 2 == 1 && l.rows % 4 == 0 ? 4 : 1, size = l.rows / inner, keep = variant / 2;
  const Array x = laid(l, l.any);
  Problem p = {op, {x}, {l.rows, l.columns, l.width, l.panelled}, l.blocks()};
  const auto add = [&p](std::vector<Array> arrays, std::vector<int64_t> dims) {
    p.arrays.insert(p.arrays.end(), arrays.begin(), arrays.end());
    p.dims.insert(p.dims.end(), dims.begin(), dims.end());
  };
  if (op == kOp_rowMoments) {
    add({written(hyper(l.rows)), hyper(3)}, {});
    p.units = l.rows;
  } else if (op == kOp_columnMoments) {
    add({written(hyper(matrices * l.columns)), hyper(3)}, {matrices});
    p.units = matrices * groups;
  } else if (op == kOp_factoredUpdate) {
    const Array estimate = variant % 2 == 0 ? absent() : written(laid(l, false));
    const Array out = variant / 2 == 0 ? in_place(x, 0) : written(laid(l, false));
    add({hyper(l.rows), hyper(matrices * l.columns), hyper(matrices), estimate, hyper(1), out}, {matrices});
  } else if (op == kOp_coverColumns) {
    p.arrays = {flat(l.columns, l.any), written(x)};
  } else if (op == kOp_coverRows) {
    p.arrays = {flat(size, l.any), written(x)};
    add({}, {inner, size});
  } else if (op == kOp_maximumColumns) {
    add({written(hyper(l.columns))}, {keep});
    p.units = groups;
  } else if (op == kOp_maximumRows) {
    add({written(hyper(size))}, {inner, size, keep});
    p.units = size;
  } else {
    add({laid(l, l.any), laid(l, false), hyper(1), written(flat(2 * l.blocks()))}, {variant / 2});
  }
  return p;
}

inline std::vector<Problem> Cases::of_norms(Op op) {
  std::vector<Problem> all;
  if (op == kOp_rowMean) {
    for (int64_t matrices : {1, 2, 5}) {
      for (int64_t height : {1, 7, 64}) {
        const int64_t rows = matrices * height;
        all.push_back({op, {flat(rows), hyper(1), written(flat(matrices))}, {rows, matrices}, matrices});
      }
    }
  } else if (op == kOp_keepFirst) {
    for (int64_t n : {1, 15, 16, 33, 100}) {
      for (bool any : {false, true}) {
        Array kept = written(flat(n, any));
        for (int64_t i = 0; i < n; i += 48) kept.f()[i] = NAN;
        all.push_back({op, {flat(n, any), kept}, {n}, (n + 15) / 16});
      }
    }
  } else if (op == kOp_distanceRates || op == kOp_trustRatio || op == kOp_normAverage || op == kOp_factoredScale ||
             op == kOp_prodigyDistance || op == kOp_dadaptDistance) {
    return few_scalars(op);
  } else {
    for (const Laid& l : laid_matrices()) {
      for (int variant = 0; variant < 4; variant++) all.push_back(over_matrix(op, l, variant));
    }
  }
  return all;
}

inline std::vector<Problem> Cases::rules(Op op) {
  static const char* const kLists[][2] = {
#define PLUMMET_LISTS(op, Rule, operands, hyper) {operands, hyper},
      PLUMMET_RULES(PLUMMET_LISTS)
#undef PLUMMET_LISTS
  };
  const char* const* lists = kLists[op - kOp_addScaled];
  int64_t scalars = 1;
  for (const char* c = lists[1]; *c; c++) scalars += *c == ',';
  std::vector<Problem> all;
  for (int64_t n = 1; n < 70; n += n < 35 ? 1 : 7) {
    for (bool any : {false, true}) {
      Problem p = {op, {}, {n}, (n + 15) / 16};
      for (const char* c = lists[0]; *c; c++) {
        if (*c == '<') p.arrays.push_back(flat(n, any));
        if (*c == '=' || *c == '>') p.arrays.push_back(written(flat(n, any)));
      }
      p.arrays.push_back(hyper(scalars));
      all.push_back(p);
    }
  }
  return all;
}

}  // namespace
}  // namespace plummet
