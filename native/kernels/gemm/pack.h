// Copies of the right-hand matrix, in the order in which the micro-kernel reads it.
#pragma once
#include <stdint.h>
#include <string.h>

#include "../memory.h"
#include "micro.h"
#include "units.h"

namespace plummet {
namespace {

// to[p · ld + j] = finish(p, j, from[j · stride + p]) for p < length, j < columns; of +0 for columns ≤ j < width, a
// multiple of the vector's width. `finish` gets vectors along j.
template <class V, class Finish>
void transpose_into(const float* from, int64_t stride, int64_t columns, int64_t width, int64_t length, float* to,
                    int64_t ld, Finish finish) {
  constexpr int64_t kWidth = V::kWidth;
  int64_t p = 0;
  for (; p + kWidth <= length; p += kWidth) {
    for (int64_t j = 0; j < width; j += kWidth) {
      V square[kWidth];
      for (int64_t i = 0; i < kWidth; i++) {
        square[i] = j + i < columns ? V::load(from + (j + i) * stride + p) : V(0.0f);
      }
      transpose(square);
      for (int64_t i = 0; i < kWidth; i++) finish(p + i, j, square[i]).store(to + (p + i) * ld + j);
    }
  }
  if (p == length) return;
  for (int64_t j = 0; j < width; j += kWidth) {
    V square[kWidth];
    for (int64_t i = 0; i < kWidth; i++) {
      square[i] = j + i < columns ? load_part<V>(from + (j + i) * stride + p, length - p) : V(0.0f);
    }
    if (j < columns) transpose(square);
    for (int64_t i = 0; i < length - p; i++) finish(p + i, j, square[i]).store(to + (p + i) * ld + j);
  }
}

// to[p · width + j] = from[j · stride + p] for p < length, j < columns; +0 for columns ≤ j < width.
template <class V>
void pack_transposed(const float* from, int64_t stride, int64_t columns, int64_t width, int64_t length, float* to) {
  constexpr int64_t kFew = 2;  // rows of which numbers are moved one by one
  const int64_t rest = length % V::kWidth, squares = rest > kFew ? length : length - rest;
  if (squares > 0) {
    transpose_into<V>(from, stride, columns, width, squares, to, width, [](int64_t, int64_t, V v) { return v; });
  }
  for (int64_t p = squares; p < length; p++) {
    for (int64_t j = 0; j < columns; j++) to[p * width + j] = from[j * stride + p];
    for (int64_t j = columns; j < width; j++) to[p * width + j] = 0;
  }
}

// to[p · width + j] = from[p · stride + j] for p < length, j < columns; +0 for columns ≤ j < width.
inline void pack_rows(const float* from, int64_t stride, int64_t columns, int64_t width, int64_t length, float* to) {
  for (int64_t p = 0; p < length; p++) {
    memcpy(to + p * width, from + p * stride, size_t(columns) * sizeof(float));
    memset(to + p * width + columns, 0, size_t(width - columns) * sizeof(float));
  }
}

// The left-hand matrix's rows [from, from + count) and columns [p, p + length), in blocks of kRowBlock rows, each
// column's together.
template <class V>
void pack_left(Strided a, int64_t count, int64_t length, float* to) {
  for (int64_t i = 0; i < count; i += kRowBlock) {
    const int64_t rows = smaller(kRowBlock, count - i);
    for (int64_t p = 0; p < length; p++, to += kRowBlock) {
      const float* const column = a.at(i, p).data;
      if (rows == kRowBlock) {
        PLUMMET_UNROLL
        for (int64_t r = 0; r < kRowBlock; r += V::kWidth) V::load(column + r).store(to + r);
      } else {
        memcpy(to, column, size_t(rows) * sizeof(float));
      }
    }
  }
}

// Rows [row, row + width) and columns [column, column + length) of a panelled kernel, transposed.
template <class V>
void pack_transposed_kernel(const float* kernel, int64_t inputs, int64_t outputs, int64_t row, int64_t width,
                            int64_t column, int64_t length, float* to) {
  const int64_t rows = inputs - row < width ? inputs - row : width;
  for (int64_t done = 0; done < length;) {
    const int64_t q = (column + done) / kPanel;
    const int64_t stride = panel_width(outputs, q);
    const int64_t j = column + done - q * kPanel;
    const int64_t count = length - done < stride - j ? length - done : stride - j;
    pack_transposed<V>(kernel + q * kPanel * inputs + row * stride + j, stride, rows, width, count, to + done * width);
    done += count;
  }
}

}  // namespace
}  // namespace plummet
