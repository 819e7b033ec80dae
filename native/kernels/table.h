// The kernels of one instruction set, one for each op. Each file in native/isa/ exports one such table and nothing
// else.
#pragma once
#include "kernel.h"
#include "list.h"
#include "optimizers/list.h"

namespace plummet {

enum Op : int {
#define PLUMMET_NAME(op, ...) kOp_##op,
  PLUMMET_OPS(PLUMMET_NAME) PLUMMET_RULES(PLUMMET_NAME) PLUMMET_OPTIMIZERS(PLUMMET_NAME)
#undef PLUMMET_NAME
#define PLUMMET_NAME(op, ...) kOp_##op##OfDense,
      PLUMMET_OPTIMIZERS(PLUMMET_NAME)
#undef PLUMMET_NAME
          kOpCount
};

struct KernelTable {
  const char* isa;
  Kernel kernel[kOpCount];
};

extern "C" {
extern const KernelTable plummet_kernels_scalar;
extern const KernelTable plummet_kernels_avx2;
extern const KernelTable plummet_kernels_avx512;
extern const KernelTable plummet_kernels_neon;
}

}  // namespace plummet
