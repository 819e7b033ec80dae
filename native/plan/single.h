// One op, or the same one several times, directly on arrays: no plan.
#pragma once
#include <vector>

#include "run.h"

namespace plummet {

struct Single {
  const KernelTable* kernels;
  int threads;
  int op;
  std::vector<Array> arrays;  // count × operands
  std::vector<double> dims;   // count × dims

  size_t count() const;
};

// Checks all of them, then runs them one after the other; `status` is a Status. Nothing has run where it fails.
Checked run_single(const Single& single, int& status);

}  // namespace plummet
