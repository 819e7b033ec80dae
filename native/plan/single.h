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

// One execution, checked.
struct SinglePart {
  KernelArgs args;
  int64_t units;
  bool divided;
};

// Checks execution i of what arrays and dims hold; `extents`: what its operands span, kMaxOperands at most.
Checked check_single(const Single& single, size_t i, SinglePart& part, double* extents);

// After another array has been put at `place`: checks what may have become wrong by it. `extents` are those of all
// arrays.
Checked check_exchange(const Single& single, size_t place, const double* extents, SinglePart& part);

// Runs what was checked, one after the other; returns a Status.
int run_parts(const Single& single, std::vector<SinglePart>& parts);

// Of arrays and dims that are as many as `count` asks for: checks all, then runs them one after the other; `status` is
// a Status. Nothing has run where it fails.
Checked run_single(const Single& single, int& status);

}  // namespace plummet
