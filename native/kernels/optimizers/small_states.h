// Optimizers whose states are stored in few bits: a block is widened, the step is that of the optimizer's own op, and
// what it makes of the states is stored again. Eight bits: Dettmers, Lewis, Shleifer, Zettlemoyer 2021, sections 2.1
// and 2.2. Where the paper's map may be that of any quantile, this one is the dynamic one alone; definitions.md states
// it.
#pragma once
#include <string.h>

#include "../clipping.h"
#include "adam.h"
#include "adamw.h"
#include "lion.h"

namespace plummet {
namespace {

// 256 values, ascending, and what lies halfway between neighbours.
struct DynamicMap {
  float value[256];
  float threshold[255];
};

constexpr DynamicMap dynamic_map(bool negative_too) {
  constexpr double kPowers[7] = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
  DynamicMap map = {};
  const int zero = negative_too ? 127 : 0;
  int next = zero + 1;
  for (int i = 0; i < 7; i++) {
    const int items = negative_too ? 1 << i : 2 << i;
    for (int k = 0; k < items; k++) {
      const double low = 0.1 + 0.9 * k / items, high = 0.1 + 0.9 * (k + 1) / items;
      const float middle = float((low + high) / 2 * kPowers[i]);
      if (negative_too) map.value[2 * zero - next] = -middle;
      map.value[next++] = middle;
    }
  }
  map.value[255] = 1;
  for (int c = 0; c < 255; c++) map.threshold[c] = float((double(map.value[c]) + double(map.value[c + 1])) / 2);
  return map;
}

constexpr DynamicMap kSignedMap = dynamic_map(true), kUnsignedMap = dynamic_map(false);

// The value nearest to x, the lower one of two: how many thresholds x is greater than.
inline int code_of(const DynamicMap& map, float x) {
  int code = 0;
  for (int s = 128; s > 0; s /= 2) code += x > map.threshold[code + s - 1] ? s : 0;
  return code;
}

// Where a block of a state's elements lies: operands from `operand` on, its number, its first element.
struct StateBlock {
  const KernelArgs& args;
  int state;
  int64_t block, first, count;
};

// A byte for each element, and for each block the largest magnitude in it. The first state has negative values, too.
struct Codes {
  static constexpr int kOperands = 2;

  static const DynamicMap& map_of(const StateBlock& b) { return b.state == 0 ? kSignedMap : kUnsignedMap; }
  static uint8_t* codes(const StateBlock& b) { return operand<uint8_t>(b.args, 2 + 2 * b.state) + b.first; }
  static float& scale(const StateBlock& b) { return operand<float>(b.args, 3 + 2 * b.state)[b.block]; }

  static void load(const StateBlock& b, float* values) {
    const DynamicMap& map = map_of(b);
    const uint8_t* code = codes(b);
    const float factor = scale(b);
    for (int64_t i = 0; i < b.count; i++) values[i] = map.value[code[i]] * factor;
  }

  static void store(const StateBlock& b, const float* values) {
    const DynamicMap& map = map_of(b);
    uint8_t* code = codes(b);
    float most = 0;
    for (int64_t i = 0; i < b.count; i++) {
      const float x = fabsf(values[i]);
      most = x > most || x != x ? x : most;
    }
    scale(b) = most;
    for (int64_t i = 0; i < b.count; i++) code[i] = uint8_t(code_of(map, most > 0 ? values[i] / most : 0));
  }
};

// The upper half of a float32, rounded to nearest, ties to even.
struct Bfloat16 {
  static constexpr int kOperands = 1;

  static uint16_t* halves(const StateBlock& b) { return operand<uint16_t>(b.args, 2 + b.state) + b.first; }

  static void load(const StateBlock& b, float* values) {
    const uint16_t* half = halves(b);
    for (int64_t i = 0; i < b.count; i++) {
      const uint32_t bits = uint32_t(half[i]) << 16;
      memcpy(values + i, &bits, sizeof(bits));
    }
  }

  static void store(const StateBlock& b, const float* values) {
    uint16_t* half = halves(b);
    for (int64_t i = 0; i < b.count; i++) {
      uint32_t bits;
      memcpy(&bits, values + i, sizeof(bits));
      const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
      half[i] = uint16_t((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
    }
  }
};

// Calls visit(place, from, length) for the runs in which elements [first, first + count), row by row, lie in memory.
template <class Visit>
void for_runs(const GradientShape& shape, int64_t first, int64_t count, Visit visit) {
  int64_t i = first / shape.columns, j = first % shape.columns;
  for (int64_t done = 0; done < count;) {
    const int64_t end = shape.panelled ? j / kStrip * kStrip + kStrip : shape.columns;
    int64_t length = (end < shape.columns ? end : shape.columns) - j;
    if (length > count - done) length = count - done;
    visit(shape.start(j) + i * shape.stride(j), done, length);
    done += length;
    j += length;
    if (j == shape.columns) i++, j = 0;
  }
}

// Operands: parameter, gradient, what is stored of each state, hyper. Dims: rows, columns, width, panelled, blockSize.
// A unit is a block.
template <class Optimizer, class Storage, class V>
int small_step(const KernelArgs& args, int64_t begin, int64_t end) {
  constexpr int kStates = Optimizer::kStates;
  typename Optimizer::Hyper hyper;
  memcpy(&hyper, args.operand[2 + kStates * Storage::kOperands], sizeof(hyper));
  const GradientShape shape(args);
  const int64_t size = args.dim[4], n = shape.rows * shape.columns;
  const bool whole = !shape.panelled && shape.width == shape.columns;
  float* const p = operand<float>(args, 0);
  float* const g = operand<float>(args, 1);
  float* array[2 + kStates];
  for (int s = 0; s < 2 + kStates; s++) array[s] = static_cast<float*>(args.workspace) + s * pad(size);
  for (int64_t block = begin; block < end; block++) {
    const int64_t first = block * size, count = n - first < size ? n - first : size;
    if (whole) {
      array[0] = p + first;
      array[1] = g + first;
    } else {
      for_runs(shape, first, count, [&](int64_t place, int64_t from, int64_t length) {
        memcpy(array[0] + from, p + place, size_t(length) * sizeof(float));
        memcpy(array[1] + from, g + place, size_t(length) * sizeof(float));
      });
    }
    for (int s = 0; s < kStates; s++) Storage::load({args, s, block, first, count}, array[2 + s]);
    for (int64_t i = 0; i < count; i += V::kWidth) {
      optimizer_vector<Optimizer, V>(hyper, array, i, count - i < V::kWidth ? count - i : V::kWidth);
    }
    for (int s = 0; s < kStates; s++) Storage::store({args, s, block, first, count}, array[2 + s]);
    if (whole) continue;
    for_runs(shape, first, count, [&](int64_t place, int64_t from, int64_t length) {
      memcpy(p + place, array[0] + from, size_t(length) * sizeof(float));
    });
  }
  return kOk;
}

#define PLUMMET_SMALL_STATES(X) \
  X(adam, Adam) X(adam_amsgrad, AdamAmsgrad) X(adamw, Adamw) X(adamw_amsgrad, AdamwAmsgrad) X(lion, Lion)
#define PLUMMET_SMALL_STEPS(name, Optimizer)                                \
  template <class V>                                                        \
  int name##_uint8(const KernelArgs& args, int64_t begin, int64_t end) {    \
    return small_step<Optimizer, Codes, V>(args, begin, end);               \
  }                                                                         \
  template <class V>                                                        \
  int name##_bfloat16(const KernelArgs& args, int64_t begin, int64_t end) { \
    return small_step<Optimizer, Bfloat16, V>(args, begin, end);            \
  }
PLUMMET_SMALL_STATES(PLUMMET_SMALL_STEPS)
#undef PLUMMET_SMALL_STEPS
#undef PLUMMET_SMALL_STATES

}  // namespace
}  // namespace plummet
