// AArch64; no flags of its own.
#include "../simd/neon.h"

#include "../kernels/all.h"

PLUMMET_KERNEL_TABLE(neon)
