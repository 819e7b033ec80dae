// Which kernels there are, and which of them can run here.
#pragma once
#include <string>
#include <vector>

#include "../kernels/table.h"

namespace plummet {

struct KernelSet {
  const KernelTable* table;
  bool supported;  // by this processor
};

// All that are compiled in, best first; scalar is the last.
const std::vector<KernelSet>& kernel_sets();

// The kernels of that name that can run here, or null.
const KernelTable* find_kernels(const std::string& isa);

}  // namespace plummet
