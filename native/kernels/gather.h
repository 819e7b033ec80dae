// Rows of a dataset into a padded matrix, and back.
#pragma once
#include <stdint.h>
#include <string.h>

#include "rows.h"

namespace plummet {
namespace {

template <class V>
int gather_floats(const KernelArgs& args, int64_t begin, int64_t end) {
  const Batch batch(args, 1);
  const int64_t columns = batch.columns;
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = batch.source_row(i);
    if (r < 0) return kBadRow;
    float* out = operand<float>(args, 2) + i * batch.ld;
    const float* x = operand<const float>(args, 0) + r * columns;
    const RowAhead ahead = batch.ahead(args.operand[0], i, columns * int64_t(sizeof(float)));
    int64_t j = 0;
    for (; j + V::kWidth <= columns; j += V::kWidth) {
      ahead.ask(j * int64_t(sizeof(float)));
      V::load(x + j).store(out + j);
    }
    for (; j < pad(columns); j += V::kWidth) load_part<V>(x + j, columns - j).store(out + j);
  }
  return kOk;
}

// Where the table's flag allows it, two operations replace the look-up: fma(byte, hi, round(byte · lo)).
template <class V>
int gather_bytes(const KernelArgs& args, int64_t begin, int64_t end) {
  const Batch batch(args, 1);
  const float* const table = operand<const float>(args, 2);
  const bool computed = V::kFastFma && table[258] == 1;
  const V hi(table[256]), lo(table[257]);
  for (int64_t i = begin; i < end; i++) {
    const int64_t r = batch.source_row(i);
    if (r < 0) return kBadRow;
    const RowAhead ahead = batch.ahead(args.operand[0], i, batch.columns);
    const uint8_t* x = operand<const uint8_t>(args, 0) + r * batch.columns;
    float* out = operand<float>(args, 3) + i * batch.ld;
    int64_t j = 0;
    for (; computed && j + V::kWidth <= batch.columns; j += V::kWidth) {
      ahead.ask(j);
      const V b = V::load_bytes(x + j);
      fma(b, hi, b * lo).store(out + j);
    }
    for (; j < batch.columns; j++) out[j] = table[x[j]];
    for (; j < pad(batch.columns); j++) out[j] = 0;
  }
  return kOk;
}

template <class V>
int copy_rows(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t columns = args.dim[1], first = args.dim[2], ld = args.dim[3];
  for (int64_t i = begin; i < end; i++) {
    memcpy(operand<float>(args, 1) + (first + i) * columns, operand<const float>(args, 0) + i * ld,
           size_t(columns) * sizeof(float));
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
