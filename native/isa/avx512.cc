// Compiled with -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl (/arch:AVX512).
#include "../simd/avx512.h"

#include "../kernels/all.h"

PLUMMET_KERNEL_TABLE(avx512)
