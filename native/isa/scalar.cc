// Baseline of the target: no flags of its own.
#include "../simd/scalar.h"

#include "../kernels/all.h"

PLUMMET_KERNEL_TABLE(scalar)
