#include "dispatch.h"

#include "cpu.h"

namespace plummet {

const std::vector<KernelSet>& kernel_sets() {
  static const std::vector<KernelSet>& sets = *new std::vector<KernelSet>([] {
    [[maybe_unused]] const CpuFeatures features = cpu_features();
    return std::vector<KernelSet> {
#if defined(__x86_64__) || defined(_M_X64)
      {&plummet_kernels_avx512, features.avx512}, {&plummet_kernels_avx2, features.avx2},
#elif defined(__aarch64__) || defined(_M_ARM64)
      {&plummet_kernels_neon, features.neon},
#endif
          {&plummet_kernels_scalar, true},
    };
  }());
  return sets;
}

const KernelTable* find_kernels(const std::string& isa) {
  for (const KernelSet& set : kernel_sets()) {
    if (set.supported && isa == set.table->isa) return set.table;
  }
  return nullptr;
}

}  // namespace plummet
