// What this processor can run.
#pragma once
#include <stdint.h>

#include <string>

namespace plummet {

struct CpuFeatures {
  bool avx2;    // with FMA
  bool avx512;  // F, BW, DQ and VL
  bool neon;
};

// What the processor has and the operating system saves.
CpuFeatures cpu_features();

// Bytes of the first data cache and of the second cache, of which a thread has the use; 0 where nobody says.
struct CacheSizes {
  int64_t first, second;
};
CacheSizes cache_sizes();

// As the maker calls it, or the architecture where it does not say.
std::string cpu_name();

}  // namespace plummet
