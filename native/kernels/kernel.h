// What a kernel is: a pure function over resolved operands, the same type for every op and every instruction set.
// Kernels know no Node, no threads and no allocation. docs/definitions.md defines what each computes.
#pragma once
#include <stdint.h>

namespace plummet {

constexpr int kMaxOperands = 12;  // an optimizer's step inside a product: 5 and up to 7 states
constexpr int kMaxDims = 8;
// What a kernel may use as it likes during a call; 64-byte aligned, one for each thread.
constexpr int64_t kWorkspaceBytes = 5 << 17;

// How a product is divided so that its parts stay in the caches. No bit depends on it.
struct Blocking {
  int64_t stretch;    // of what is summed: a panel's part of the right-hand matrix stays in the first cache
  int64_t slab_rows;  // rows of the output: their stretch of the left-hand matrix stays in the second cache
};
constexpr Blocking kCommonBlocking = {256, 192};
constexpr int64_t kMaxStretch = 384, kMaxSlabRows = 384;

enum KernelError : int {
  kOk = 0,
  kBadRow = 1,    // a row of `order` outside the dataset
  kBadLabel = 2,  // a label outside [0, classes)
};

struct KernelArgs {
  void* operand[kMaxOperands];  // in the order of the op's definition; null where absent
  int64_t dim[kMaxDims];        // likewise
  void* workspace;              // kWorkspaceBytes
  Blocking blocking;
};

// Computes the units [begin, end) of an op; returns a KernelError.
using Kernel = int (*)(const KernelArgs& args, int64_t begin, int64_t end);

}  // namespace plummet
