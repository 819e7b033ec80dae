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

// Of arrays and dims that are as many as `count` asks for: checks all, then runs them one after the other; `status` is
// a Status. Nothing has run where it fails.
Checked run_single(const Single& single, int& status);

}  // namespace plummet
