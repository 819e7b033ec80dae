// The gradient of a dense layer's kernel and the optimizer's step with it: each block of the gradient is used while it
// is in the nearest cache, and is stored nowhere else unless a batch is huge.
#pragma once
#include "../optimizers/optimizer.h"
#include "block.h"
#include "units.h"

namespace plummet {
namespace {

// With fewer blocks of rows than these, the right-hand matrix is read from afar too often.
constexpr int64_t kFewBlocks = 2;

// So many rows of the output that the left-hand matrix stays in the second cache for all of k: 0 where these are few.
inline int64_t rows_for_all(const Blocking& blocking, int64_t k) {
  if (k <= blocking.stretch) return blocking.slab_rows;
  const int64_t blocks = blocking.stretch * blocking.slab_rows / k / kRowBlock;
  return blocks < kFewBlocks ? 0 : blocks * kRowBlock;
}

// Operands: x, dy, gradient, parameter, its states, hyper. The step of the optimizer is that of its own op.
template <class V>
int update_of_dense(const KernelArgs& args, int64_t begin, int64_t end, int states, Kernel step) {
  const int64_t rows = args.dim[0], inputs = args.dim[1], outputs = args.dim[2], ldx = args.dim[3], ldy = args.dim[4];
  const Strided x{operand<const float>(args, 0), 1, ldx};
  const float* const dy = operand<const float>(args, 1);
  const Blocking halves = by_columns(args.blocking);
  // A block that is summed to its end before the next begins never leaves the workspace.
  const int64_t slab_rows = rows_for_all(args.blocking, rows);
  const bool whole = slab_rows > 0;
  KernelArgs update;
  update.workspace = nullptr;
  update.operand[2 + states] = args.operand[4 + states];
  for_slabs(whole ? Blocking{larger(rows, 1), slab_rows} : halves, begin, end, inputs, rows, [&](const Slab& slab) {
    const bool last = slab.p + slab.length == rows;
    slab.for_panels([&](int64_t q, int64_t from, int64_t count) {
      const int64_t j = q * kPanel, width = panel_width(outputs, q);
      for (int64_t i = from; i < from + count; i += kRowBlock) {
        const int64_t block = smaller(from + count - i, kRowBlock);
        const int64_t offset = j * inputs + i * width;
        float* const gradient = whole ? static_cast<float*>(args.workspace) : operand<float>(args, 2) + offset;
        for_stretches(halves.stretch, slab.p, slab.length, [&](int64_t p, int64_t length) {
          run_block<V>(
              Block{block, width, length, x.at(i, p), dy + p * ldy + j, ldy, gradient, width, p > 0, nullptr, nullptr},
              leave);
        });
        if (!last) continue;
        update.operand[0] = operand<float>(args, 3) + offset;
        update.operand[1] = gradient;
        for (int s = 0; s < states; s++) update.operand[2 + s] = operand<float>(args, 4 + s) + offset;
        update.dim[0] = block * width;
        step(update, 0, block * width / 16);
      }
    });
  });
  return kOk;
}

template <class Optimizer, class V>
int update_of_dense(const KernelArgs& args, int64_t begin, int64_t end) {
  return update_of_dense<V>(args, begin, end, Optimizer::kStates, optimizer_step<Optimizer, V>);
}

}  // namespace
}  // namespace plummet
