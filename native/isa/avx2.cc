// Compiled with -mavx2 -mfma (/arch:AVX2).
#include "../simd/avx2.h"

#include "../kernels/all.h"

PLUMMET_KERNEL_TABLE(avx2)
