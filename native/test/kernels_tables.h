// The instruction sets that can be tested here.
#pragma once
#include <vector>

#include "../kernels/table.h"

namespace plummet {
namespace {

inline std::vector<const KernelTable*> tables() {
  std::vector<const KernelTable*> all = {&plummet_kernels_scalar};
#if defined(__aarch64__) || defined(_M_ARM64)
  all.push_back(&plummet_kernels_neon);
#else
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) all.push_back(&plummet_kernels_avx2);
#ifdef PLUMMET_SIMDE
  const bool avx512 = avx2;
#else
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
  if (avx512) all.push_back(&plummet_kernels_avx512);
#endif
  return all;
}

}  // namespace
}  // namespace plummet
