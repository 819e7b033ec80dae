// Problems for every op: odd sizes, extremes, operands in place, optional operands absent.
#pragma once
#include <vector>

#include "kernels_problem.h"

namespace plummet {
namespace {

class Cases;
std::vector<Problem> composition(Op op, Cases& cases);
struct Laid;

class Cases {
 public:
  explicit Cases(uint32_t seed) : source_(seed) {}
  std::vector<Problem> of(Op op);

  // The parts, for tests that make problems of their own. `any`: with extremes.
  Array flat(int64_t n, bool any = false) {
    Array a;
    a.bytes.resize(size_t(n) * 4);
    for (int64_t i = 0; i < n; i++) a.f()[i] = any ? source_.any() : source_.uniform();
    return a;
  }
  Array padded(int64_t rows, int64_t columns, int64_t ld, bool any = false) {
    Array a = flat(rows * ld, any);
    a.layout = Layout::kPadded;
    a.rows = rows, a.columns = columns, a.ld = ld;
    return a;
  }
  Array panels(int64_t rows, int64_t columns, bool any = false) {
    Array a = flat(rows * pad(columns), any);
    a.layout = Layout::kPanels;
    a.rows = rows, a.columns = columns;
    return a;
  }
  // Scalars of an optimizer.
  Array hyper(int64_t n) {
    Array a = flat(n);
    for (int64_t i = 0; i < n; i++) a.f()[i] = (a.f()[i] + 1) / 2;
    return a;
  }
  Array ints(int64_t n, int64_t below) {
    Array a = flat(n);
    a.floats = false;
    for (int64_t i = 0; i < n; i++) a.i()[i] = int32_t(source_.below(uint32_t(below)));
    return a;
  }
  Array bytes(int64_t n) {
    Array a;
    a.element = 1;
    a.floats = false;
    for (int64_t i = 0; i < n; i++) a.bytes.push_back(uint8_t(source_.below(256)));
    return a;
  }
  static Array absent() {
    Array a;
    a.absent = true;
    return a;
  }
  static Array written(Array a) {
    a.written = true;
    return a;
  }
  // What the op computes in: no element is compared.
  Array room(int64_t n) {
    Array a = written(flat(n));
    a.layout = Layout::kUndefined;
    return a;
  }
  static Array in_place(Array a, int on) {
    a.written = true;
    a.same_as = on;
    return a;
  }
  static Array values(const std::vector<float>& x) {
    Array a;
    a.bytes.resize(x.size() * 4);
    memcpy(a.bytes.data(), x.data(), a.bytes.size());
    return a;
  }

 private:
  std::vector<Problem> gathers(Op op);
  std::vector<Problem> products(Op op);
  std::vector<Problem> gemms();
  std::vector<Problem> element_wise(Op op);
  std::vector<Problem> per_row(Op op);
  std::vector<Problem> of_gradients(Op op);
  std::vector<Problem> of_matrices(Op op);
  std::vector<Problem> of_squares(Op op);
  std::vector<Problem> in_few_bits(Op op);
  std::vector<Problem> around_steps(Op op);
  std::vector<Problem> of_norms(Op op);
  std::vector<Problem> few_scalars(Op op);
  std::vector<Problem> rules(Op op);
  Problem over_matrix(Op op, const Laid& l, int variant);
  Array laid(const Laid& l, bool any);
  Array partials(int64_t blocks);
  std::vector<Problem> optimizers(Op op);
  std::vector<Problem> of_dense(Op op);
  Source source_;
};

inline int64_t tiles(int64_t rows, int64_t columns) { return (rows + 47) / 48 * ((columns + 31) / 32); }

inline std::vector<Problem> Cases::gathers(Op op) {
  std::vector<Problem> all;
  for (int64_t rows : {1, 7, 50}) {
    for (int64_t columns : {1, 10, 16, 37, 785}) {
      for (int variant = 0; variant < 3; variant++) {
        const int64_t first = variant == 1 ? 0 : 5, source_rows = 61, ld = pad(columns) + 16 * (variant % 2);
        if (op == kOp_copyRows) {
          all.push_back({op,
                         {padded(rows, columns, ld, true), written(flat((first + rows) * columns))},
                         {rows, columns, first, ld},
                         rows});
          continue;
        }
        Array order = variant > 0 ? ints(first + rows, source_rows) : absent();
        Array out = written(padded(rows, columns, ld));
        const std::vector<int64_t> dims = {rows, source_rows, columns, first, ld};
        if (op == kOp_gatherFloats) {
          all.push_back({op, {flat(source_rows * columns, true), order, out}, dims, rows});
          continue;
        }
        // With scale 1/256 the two-step form is exact; with a divisor of 255 only the table is used here.
        std::vector<float> table;
        for (int b = 0; b < 256; b++) table.push_back(variant == 1 ? float(b) / 256 : float(b) / 255);
        table.insert(table.end(), {variant == 1 ? 1.0f / 256 : 0.0f, 0.0f, variant == 1 ? 1.0f : 0.0f});
        all.push_back({op, {bytes(source_rows * columns), order, values(table), out}, dims, rows});
      }
    }
  }
  return all;
}

inline std::vector<Problem> Cases::products(Op op) {
  std::vector<Problem> all;
  const int64_t shapes[][3] = {{1, 1, 1},    {2, 3, 5},    {5, 17, 33},   {12, 40, 16},  {49, 10, 70},
                               {97, 70, 10}, {1, 785, 10}, {33, 300, 45}, {300, 20, 31}, {7, 16, 600},
                               {6, 260, 64}, {48, 4, 40},  {96, 9, 33},   {13, 5, 48}};
  int64_t activation = 0;
  for (const auto& s : shapes) {
    for (bool any : {false, true}) {
      const int64_t rows = s[0], inputs = s[1], outputs = s[2];
      const int64_t ldx = pad(inputs) + 16 * (rows % 2), ldy = pad(outputs) + 16 * (inputs % 2);
      activation = (activation + 1) % 4;
      if (op == kOp_dense) {
        Array bias = any ? absent() : flat(pad(outputs));
        all.push_back(
            {op,
             {padded(rows, inputs, ldx, any), panels(inputs, outputs, any), bias, written(padded(rows, outputs, ldy))},
             {rows, inputs, outputs, ldx, ldy, activation},
             tiles(rows, outputs)});
      } else if (op == kOp_denseInputGradient) {
        Array y = activation == 0 ? absent() : padded(rows, inputs, ldx, any);
        all.push_back(
            {op,
             {padded(rows, outputs, ldy, any), panels(inputs, outputs, any), y, written(padded(rows, inputs, ldx))},
             {rows, inputs, outputs, ldy, ldx, activation},
             tiles(rows, inputs)});
      } else {
        all.push_back(
            {op,
             {padded(rows, inputs, ldx, any), padded(rows, outputs, ldy, any), written(panels(inputs, outputs))},
             {rows, inputs, outputs, ldx, ldy},
             tiles(inputs, outputs)});
      }
    }
  }
  return all;
}

inline std::vector<Problem> Cases::gemms() {
  std::vector<Problem> all;
  const int64_t shapes[][3] = {{0, 3, 2},    {3, 0, 2},   {3, 5, 0},     {1, 1, 1},    {1, 33, 7},   {5, 1, 9},
                               {17, 19, 23}, {50, 64, 3}, {33, 32, 300}, {49, 70, 10}, {97, 5, 270}, {12, 40, 16},
                               {64, 96, 64}, {96, 5, 3},  {250, 40, 5},  {48, 33, 2}};
  for (const auto& s : shapes) {
    for (int flags = 0; flags < 8; flags++) {
      const int64_t m = s[0], n = s[1], k = s[2];
      const bool any = flags == 3 || flags == 4;
      all.push_back({kOp_gemm,
                     {flat(m * k, any), flat(k * n, any), written(flat(m * n))},
                     {m, n, k, flags & 1, flags >> 1 & 1, flags >> 2},
                     tiles(m, n)});
    }
  }
  return all;
}

inline std::vector<Problem> Cases::element_wise(Op op) {
  std::vector<Problem> all;
  for (int64_t rows : {1, 6, 35}) {
    for (int64_t columns : {1, 10, 16, 17, 45, 100}) {
      for (int variant = 0; variant < 8; variant++) {
        const bool any = variant % 2 == 1, place = rows == 6;
        const int64_t activation = variant / 2, ld = pad(columns) + (variant % 3 == 0 ? 16 : 0);
        Array x = padded(rows, columns, ld, any), dy = padded(rows, columns, ld, any);
        if (op == kOp_activate) {
          Array out = place ? in_place(x, 0) : written(padded(rows, columns, ld));
          all.push_back({op, {x, out}, {rows, columns, ld, activation}, rows});
        } else if (op == kOp_activateGradient) {
          Array out = place ? in_place(dy, 1) : written(padded(rows, columns, ld));
          all.push_back({op, {x, dy, out}, {rows, columns, ld, activation}, rows});
        } else if (op == kOp_columnSums) {
          all.push_back({op, {dy, written(padded(1, columns, pad(columns)))}, {rows, columns, ld}, pad(columns) / 16});
        } else if (op == kOp_softmax) {
          Array out = place ? in_place(x, 0) : written(padded(rows, columns, ld));
          all.push_back({op, {x, out}, {rows, columns, ld}, rows});
        } else {
          Array out = place ? in_place(dy, 1) : written(padded(rows, columns, ld));
          all.push_back({op, {x, dy, out}, {rows, columns, ld}, rows});
        }
      }
    }
  }
  return all;
}

inline std::vector<Problem> Cases::per_row(Op op) {
  const bool labels = op == kOp_sparseSoftmaxCrossentropy || op == kOp_sparseAccuracy;
  const bool loss = op >= kOp_sparseSoftmaxCrossentropy && op <= kOp_meanSquaredError;
  std::vector<Problem> all;
  for (int64_t rows : {1, 9, 32}) {
    for (int64_t columns : {1, 2, 10, 16, 17, 33, 50}) {
      for (int variant = 0; variant < 4; variant++) {
        const bool any = variant % 2 == 1;
        const int64_t source_rows = 41, first = variant == 2 ? 0 : 7, ld = pad(columns) + (variant == 0 ? 32 : 0);
        Array target = labels ? ints(source_rows, columns) : flat(source_rows * columns, any);
        // Targets of 0 and 1, so that there is something to be accurate about.
        if (!labels && !any) {
          for (int64_t i = 0; i < source_rows * columns; i++) target.f()[i] = float(source_.below(2));
        }
        Problem p = {op,
                     {padded(rows, columns, ld, any), target, variant == 0 ? absent() : ints(first + rows, source_rows),
                      written(flat(rows))},
                     {rows, source_rows, columns, first, ld},
                     rows};
        if (loss) p.arrays.push_back(variant == 2 ? absent() : written(padded(rows, columns, ld)));
        if (op == kOp_binaryAccuracy) p.dims.push_back(variant / 2);
        all.push_back(p);
      }
    }
  }
  return all;
}

// How many states and scalars the optimizers have, in their order.
struct Counts {
  int64_t states, hyper;
};
inline Counts counts_of(int optimizer) {
  static const char* const kLists[][2] = {
#define PLUMMET_LISTS(op, Optimizer, states, hyper) {states, hyper},
      PLUMMET_OPTIMIZERS(PLUMMET_LISTS)
#undef PLUMMET_LISTS
  };
  const auto count = [](const char* list) {
    int64_t n = *list ? 1 : 0;
    for (; *list; list++) n += *list == ',';
    return n;
  };
  return {count(kLists[optimizer][0]), count(kLists[optimizer][1])};
}

inline std::vector<Problem> Cases::optimizers(Op op) {
  const Counts counts = counts_of(op - kOp_sgd);
  std::vector<Problem> all;
  for (int64_t n = 1; n < 70; n += n < 35 ? 1 : 7) {
    for (bool any : {false, true}) {
      Problem p = {op, {written(flat(n, any)), flat(n, any)}, {n}, (n + 15) / 16};
      for (int64_t s = 0; s < counts.states; s++) p.arrays.push_back(written(flat(n, any)));
      p.arrays.push_back(hyper(counts.hyper));
      all.push_back(p);
    }
  }
  return all;
}

inline std::vector<Problem> Cases::of_dense(Op op) {
  const Counts counts = counts_of(op - kOp_sgdOfDense);
  std::vector<Problem> all = products(kOp_denseKernelGradient);
  for (Problem& p : all) {
    p.op = op;
    p.arrays[2].layout = Layout::kUndefined;
    for (int64_t s = 0; s <= counts.states; s++) p.arrays.push_back(written(panels(p.dims[1], p.dims[2])));
    p.arrays.push_back(hyper(counts.hyper));
  }
  return all;
}

// Norms and clipping, of gradients in rows and in panels.
inline std::vector<Problem> Cases::of_gradients(Op op) {
  std::vector<Problem> all;
  if (op == kOp_scaleGradient || op == kOp_clipValues) {
    for (int64_t n : {1, 15, 16, 33, 100}) {
      for (bool any : {false, true}) {
        all.push_back({op, {flat(n, any), hyper(1), written(flat(n))}, {n}, (n + 15) / 16});
        all.push_back({op, {flat(n, any), hyper(1), in_place(flat(n), 0)}, {n}, (n + 15) / 16});
      }
    }
    return all;
  }
  if (op == kOp_clipScale) {
    for (int64_t blocks : {0, 1, 3, 40}) {
      for (int64_t kind : {0, 1, 2}) {
        Array partials = flat(2 * blocks);
        for (int64_t i = 0; i < blocks; i++) {
          const double x = source_.uniform();
          memcpy(&partials.bytes[size_t(8 * i)], &x, 8);
        }
        all.push_back({op, {partials, hyper(2), written(flat(1))}, {blocks, kind, blocks % 2 * 7}, 1});
      }
    }
    return all;
  }
  const int64_t shapes[][2] = {{1, 1}, {1, 16}, {5, 31}, {3, 33}, {70, 50}, {64, 32}, {129, 65}, {1, 4097}, {65, 4100}};
  for (const auto& s : shapes) {
    for (int variant = 0; variant < 4; variant++) {
      const bool any = variant % 2 == 1;
      const int64_t rows = s[0], columns = s[1], panelled = variant / 2;
      const int64_t width = panelled ? pad(columns) : columns;
      const Array x = panelled ? panels(rows, columns, any) : flat(rows * columns, any);
      if (op == kOp_adaptiveClip) {
        const Array p = panelled ? panels(rows, columns, any) : flat(rows * columns, any);
        all.push_back({op, {p, x, hyper(2), written(x)}, {rows, columns, width, panelled}, (columns + 15) / 16});
        continue;
      }
      for (int64_t kind : {0, 1, 2}) {
        const int64_t blocks = (rows + 63) / 64 * ((columns + 4095) / 4096);
        all.push_back({op, {x, written(flat(2 * blocks))}, {rows, columns, width, panelled, kind}, blocks});
      }
    }
  }
  return all;
}

// Matrices of optimizers beside parameters and gradients in rows and in panels.
inline std::vector<Problem> Cases::of_matrices(Op op) {
  std::vector<Problem> all;
  if (op == kOp_soapDirection) {
    for (int64_t n : {1, 15, 16, 33, 100}) {
      for (float moves : {0.0f, 1.0f}) {
        Array scalars = values({moves, 0.9f, 0.1f, 1e-8f});
        all.push_back({op, {written(flat(n)), flat(n, true), written(hyper(n)), scalars}, {n}, (n + 15) / 16});
      }
    }
    return all;
  }
  if (op == kOp_normScale) {
    for (int64_t blocks : {0, 1, 3, 40}) {
      Array partials = flat(2 * blocks);
      for (int64_t i = 0; i < blocks; i++) {
        const double x = source_.uniform() + 1;
        memcpy(&partials.bytes[size_t(8 * i)], &x, 8);
      }
      all.push_back({op, {partials, hyper(2), written(flat(1))}, {blocks, blocks % 2 * 7}, 1});
    }
    return all;
  }
  const int64_t shapes[][2] = {{1, 1}, {1, 40}, {5, 31}, {3, 33}, {70, 50}, {64, 32}, {9, 100}};
  for (const auto& s : shapes) {
    for (int64_t variant = 0; variant < 10; variant++) {
      const int64_t rows = s[0], columns = s[1], panelled = variant % 2;
      const int64_t width = panelled ? pad(columns) : columns;
      const bool any = variant % 4 > 1;
      const Array p = panelled ? panels(rows, columns, any) : flat(rows * columns, any);
      const Array g = panelled ? panels(rows, columns, any) : flat(rows * columns, any);
      if (op == kOp_matrixMoment) {
        if (variant > 3) break;
        all.push_back({op,
                       {p, g, written(flat(rows * columns, any)), written(flat(rows * columns)), hyper(5)},
                       {rows, columns, width, panelled},
                       rows});
      } else {
        all.push_back({op,
                       {written(p), flat(rows * columns, any), hyper(2)},
                       {rows, columns, width, panelled, variant / 2},
                       rows});
      }
    }
  }
  return all;
}

// Square matrices: their mixtures, roots and bases, and the order that follows.
inline std::vector<Problem> Cases::of_squares(Op op) {
  std::vector<Problem> all;
  for (int64_t n : {1, 2, 3, 5, 8, 17, 40}) {
    for (int64_t variant = 0; variant < 6; variant++) {
      const float mode = float(variant % 3);
      if (op == kOp_blendSquare) {
        all.push_back({op, {written(flat(n * n, variant == 1)), flat(n * n), hyper(3)}, {n}, n});
      } else if (op == kOp_reorder) {
        const int64_t before = 1 + variant % 2, after = 1 + variant;
        Array order = flat(n, variant == 5);
        for (int64_t i = 0; i < n && variant < 5; i++) order.f()[i] = float((i + 1) % n);
        all.push_back({op,
                       {written(flat(before * n * after)), order, room(before * n * after), values({mode})},
                       {before, n, after},
                       1});
      } else {
        // Of a matrix of n - 1 rows, so that one eigenvalue is 0; as it is for the last variants.
        Array factor = flat(n * n, variant == 5), rows = flat(n * n);
        for (int64_t i = 0; i < n && variant < 4; i++) {
          for (int64_t j = 0; j < n; j++) {
            float sum = 0;
            for (int64_t k = 0; k < n - 1; k++) sum = sum + rows.f()[k * n + i] * rows.f()[k * n + j];
            factor.f()[i * n + j] = sum;
          }
        }
        const Array doubles = room(4 * n * n + 8 * n + 2);
        if (op == kOp_inverseRoot) {
          Array scalars = values({variant == 3 ? 0.0f : 1.0f, 0.9f, 1e-6f});
          all.push_back({op, {factor, written(flat(n * n)), doubles, scalars}, {n, variant + 1}, 1});
        } else {
          all.push_back({op, {factor, written(flat(n * n)), written(flat(n)), doubles, values({mode})}, {n}, 1});
        }
      }
    }
  }
  return all;
}

// Ops around an optimizer's step.
inline std::vector<Problem> Cases::around_steps(Op op) {
  std::vector<Problem> all;
  if (op == kOp_ascentScale) {
    for (int64_t blocks : {0, 1, 3, 40}) {
      for (float epsilon : {0.0f, 0.125f}) {
        Array partials = flat(2 * blocks);
        for (int64_t i = 0; i < blocks; i++) {
          const double x = source_.uniform() + 1;
          memcpy(&partials.bytes[size_t(8 * i)], &x, 8);
        }
        all.push_back({op, {partials, values({0.5f, epsilon}), written(flat(1))}, {blocks}, 1});
      }
    }
    return all;
  }
  for (int64_t n : {1, 15, 16, 33, 100}) {
    for (int variant = 0; variant < 6; variant++) {
      const bool any = variant % 2 == 1;
      const Array a = flat(n, any), b = flat(n, any), other = flat(n, any);
      Problem p = {op, {}, {n}, (n + 15) / 16};
      if (op == kOp_scaleByWeight) {
        p.arrays = {a, b, hyper(1), written(other)};
      } else if (op == kOp_ascend) {
        p.arrays = {written(a), b, hyper(1), variant < 3 ? hyper(1) : absent(), written(other)};
      } else {
        const std::vector<float> scalars = {variant < 2 ? 1.0f : 0.0f, variant < 5 ? 1.0f : 0.0f, 0.375f};
        p.arrays = {written(a), variant == 3 ? absent() : written(b), values(scalars)};
      }
      all.push_back(p);
    }
  }
  return all;
}

// Steps on states that are stored in few bits, of parameters in rows and in panels.
inline std::vector<Problem> Cases::in_few_bits(Op op) {
  const bool lion = op >= kOp_lionUint8, amsgrad = op == kOp_adamAmsgradUint8 || op == kOp_adamAmsgradBfloat16 ||
                                                   op == kOp_adamwAmsgradUint8 || op == kOp_adamwAmsgradBfloat16;
  const bool codes = (op - kOp_adamUint8) % 2 == 0;
  const int64_t states = lion ? 1 : amsgrad ? 3 : 2;
  std::vector<Problem> all;
  const int64_t shapes[][2] = {{1, 1}, {1, 100}, {5, 31}, {3, 33}, {70, 50}, {9, 65}};
  for (const auto& s : shapes) {
    for (int variant = 0; variant < 4; variant++) {
      for (int64_t size : {1, 13, 256}) {
        const bool any = variant % 2 == 1;
        const int64_t rows = s[0], columns = s[1], panelled = variant / 2, n = rows * columns;
        const int64_t width = panelled ? pad(columns) : columns + size % 3;
        const auto matrix = [&] { return panelled ? panels(rows, columns, any) : flat(rows * width, any); };
        Problem p = {op, {written(matrix()), matrix()}, {rows, columns, width, panelled, size}, (n + size - 1) / size};
        for (int64_t i = 0; i < states; i++) {
          Array stored = flat(codes ? (n + 3) / 4 : (n + 1) / 2);
          stored.floats = false;
          for (uint8_t& byte : stored.bytes) byte = uint8_t(source_.below(256));
          p.arrays.push_back(written(stored));
          if (codes) p.arrays.push_back(written(flat((n + size - 1) / size, any)));
        }
        p.arrays.push_back(hyper(lion ? 6 : 8));
        all.push_back(p);
      }
    }
  }
  return all;
}

inline std::vector<Problem> Cases::of(Op op) {
  if (op >= kOp_sgdOfDense) return of_dense(op);
  if (op <= kOp_copyRows) return gathers(op);
  if (op <= kOp_denseKernelGradient) return products(op);
  if (op <= kOp_softmaxGradient) return element_wise(op);
  if (op <= kOp_absoluteError) return per_row(op);
  std::vector<Problem> all;
  if (op == kOp_addToTotal) {
    for (int64_t rows : {1, 33, 1000}) {
      Array total = flat(2);
      total.element = 8;
      total.floats = false;
      *total.d() = 1.0 / 3;
      all.push_back({op, {flat(rows), written(total)}, {rows}, 1});
    }
  } else if (op == kOp_shuffle) {
    for (int64_t n : {1, 2, 3, 4, 5, 100, 1023}) {
      for (int64_t epoch : {int64_t(0), int64_t(7), (int64_t(1) << 33) + 5}) {
        all.push_back({op, {written(ints(n, 9))}, {n, 0x89abcdef, 0x01234567, epoch}, 1});
      }
    }
  } else if (op == kOp_gemm) {
    return gemms();
  } else if (op <= kOp_adaptiveClip) {
    return of_gradients(op);
  } else if (op <= kOp_centralize) {
    return composition(op, *this);
  } else if (op == kOp_blendSquare || (op >= kOp_reorder && op <= kOp_eigenbasis)) {
    return of_squares(op);
  } else if (op <= kOp_eigenbasis) {
    return of_matrices(op);
  } else if (op >= kOp_adamUint8 && op <= kOp_lionBfloat16) {
    return in_few_bits(op);
  } else if (op >= kOp_scaleByWeight && op <= kOp_pullBack) {
    return around_steps(op);
  } else if (op < kOp_addScaled) {
    return of_norms(op);
  } else if (op < kOp_sgd) {
    return rules(op);
  } else {
    return optimizers(op);
  }
  return all;
}

}  // namespace
}  // namespace plummet

#include "kernels_composition_cases.h"
#include "kernels_norm_cases.h"
