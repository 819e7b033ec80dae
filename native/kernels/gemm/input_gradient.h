// The gradient of a dense layer's input, out = activationGradient(y, dy·wᵀ). One of the operands has to be transposed:
// the kernel, or, for fewer rows than that has, dy and the result.
#pragma once
#include "../activations.h"
#include "../memory.h"
#include "block.h"
#include "pack.h"
#include "units.h"

namespace plummet {
namespace {

// out = activationGradient(y, dy·wᵀ).
// As it stands, with the kernel transposed.
template <class V>
void input_gradient_along(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t rows = args.dim[0], inputs = args.dim[1], outputs = args.dim[2], ldy = args.dim[3], ld = args.dim[4];
  const Strided dy{operand<const float>(args, 0), ldy, 1};
  const float* const kernel = operand<const float>(args, 1);
  float* const packed = static_cast<float*>(args.workspace);
  with_activation(args.operand[2] ? args.dim[5] : 0, [&](auto activation) {
    for_parts(args.blocking, begin, end, rows, outputs,
              [&](int64_t q, int64_t from, int64_t count, int64_t p, int64_t length) {
                const int64_t j = q * kPanel, width = panel_width(inputs, q);
                const float* const y = args.operand[2] ? operand<const float>(args, 2) + from * ld + j : nullptr;
                float* const out = operand<float>(args, 3) + from * ld + j;
                pack_transposed_kernel<V>(kernel, inputs, outputs, j, width, p, length, packed);
                const Block block{count, width, length, dy.at(from, p), packed, width,
                                  out,   ld,    p > 0,  nullptr,        nullptr};
                if (is_linear(activation) || p + length < outputs) return run_block<V>(block, leave);
                run_block<V>(block, [&](int64_t column, int64_t columns) {
                  for (int64_t i = 0; i < count; i++) {
                    for (int64_t c = i * ld + column; c < i * ld + column + columns; c += V::kWidth) {
                      activation.gradient(V::load(y + c), V::load(out + c)).store(out + c);
                    }
                  }
                });
              });
  });
}

// A part of `out`: rows [row, row + rows), columns [column, column + columns).
struct Part {
  int64_t row, rows, column, columns;
};

// Calls f(part) for the parts that make up units [begin, end): whole panels together, and those that are cut.
template <class F>
void for_rectangles(int64_t begin, int64_t end, int64_t rows, int64_t columns, F f) {
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  while (begin < end) {
    const int64_t panel = quotient(begin, blocks), first = begin - panel * blocks;
    const int64_t panels = first > 0 ? 0 : quotient(end - begin, blocks);
    const int64_t taken = panels > 0 ? panels * blocks : smaller(blocks - first, end - begin);
    const int64_t row = first * kRowBlock, column = panel * kPanel;
    const int64_t last = panels > 0 ? rows : smaller(row + taken * kRowBlock, rows);
    f(Part{row, last - row, column, smaller(larger(panels, 1) * kPanel, columns - column)});
    begin += taken;
  }
}

// Rows of dy that are transposed together, and of the kernel that are multiplied by them before the result is put in
// its place.
constexpr int64_t kMostAcross = 32;
constexpr int64_t kRowsAcross = 192;
constexpr int64_t kLeastAcross = 4096;  // below, to decide costs more than it gains
constexpr int64_t kMostOutputsAcross = kWorkspaceBytes / int64_t(sizeof(float)) / kMostAcross - kRowsAcross;

// Whether it moves fewer floats, over and above what any product does: the kernel is read once for kMostAcross rows, by
// which it stays in the second cache at best, and transposed once for each slab of them.
inline bool is_better_across(int64_t rows, int64_t columns, int64_t outputs, int64_t slab_rows) {
  if (columns * outputs < kLeastAcross || outputs > kMostOutputsAcross) return false;
  const int64_t readings = (rows + kMostAcross - 1) / kMostAcross, slabs = (rows + slab_rows - 1) / slab_rows;
  return rows * (outputs + columns) + readings * columns * outputs / 6 < slabs * columns * outputs;
}

// outᵀ = w·dyᵀ for a part of `out` with at most kMostAcross rows. Each element is the same sum.
template <class V, class Activation>
void input_gradient_across(const KernelArgs& args, const Part& part, Activation activation) {
  const int64_t inputs = args.dim[1], outputs = args.dim[2], ldy = args.dim[3], ld = args.dim[4];
  const float* const kernel = operand<const float>(args, 1);
  const int64_t width = (part.rows + V::kWidth - 1) / V::kWidth * V::kWidth;
  float* const result = static_cast<float*>(args.workspace);
  float* const across = result + kRowsAcross * kMostAcross;
  pack_transposed<V>(operand<const float>(args, 0) + part.row * ldy, ldy, part.rows, width, outputs, across);
  // The last panel may be narrower.
  const int64_t wide = pad(outputs) / kPanel * kPanel < outputs ? pad(outputs) / kPanel * kPanel : outputs;
  for (int64_t i = part.column; i < part.column + part.columns; i += kRowsAcross) {
    const int64_t count = smaller(kRowsAcross, part.column + part.columns - i);
    const int64_t stretch = larger(args.blocking.stretch / kPanel, 1) * kPanel;
    for (int64_t p = 0; p < wide; p += stretch) {
      const int64_t length = smaller(stretch, wide - p);
      const float* const right = across + p * width;
      run_block<V>(BlockOf<Panelled>{count, width, length, Panelled{kernel, kPanel * inputs}.at(i, p), right, width,
                                     result, width, p > 0, nullptr, nullptr},
                   leave);
    }
    if (wide < outputs) {
      const int64_t narrow = pad(outputs) - wide;
      run_block<V>(Block{count, width, outputs - wide, Strided{kernel + wide * inputs + i * narrow, narrow, 1},
                         across + wide * width, width, result, width, wide > 0, nullptr, nullptr},
                   leave);
    }
    const float* const y = args.operand[2] ? operand<const float>(args, 2) + part.row * ld + i : nullptr;
    transpose_into<V>(result, width, count, pad(count), part.rows, operand<float>(args, 3) + part.row * ld + i, ld,
                      [=](int64_t r, int64_t c, V v) {
                        if constexpr (is_linear(Activation())) return v;
                        return activation.gradient(V::load(y + r * ld + c), v);
                      });
  }
}

template <class V>
int dense_input_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t rows = args.dim[0], inputs = args.dim[1], outputs = args.dim[2];
  if (!is_better_across(rows, smaller((end - begin) * kPanel, inputs), outputs, args.blocking.slab_rows)) {
    input_gradient_along<V>(args, begin, end);
    return kOk;
  }
  with_activation(args.operand[2] ? args.dim[5] : 0, [&](auto activation) {
    for_rectangles(begin, end, rows, inputs, [&](const Part& part) {
      for (int64_t done = 0; done < part.rows; done += kMostAcross) {
        const int64_t count = smaller(kMostAcross, part.rows - done);
        input_gradient_across<V>(args, Part{part.row + done, count, part.column, part.columns}, activation);
      }
    });
  });
  return kOk;
}

}  // namespace
}  // namespace plummet
