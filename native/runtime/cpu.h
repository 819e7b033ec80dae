// What this processor can run.
#pragma once
#include <string>

namespace plummet {

struct CpuFeatures {
  bool avx2;    // with FMA
  bool avx512;  // F, BW, DQ and VL
  bool neon;
};

// What the processor has and the operating system saves.
CpuFeatures cpu_features();

// As the maker calls it, or the architecture where it does not say.
std::string cpu_name();

}  // namespace plummet
