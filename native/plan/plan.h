// A plan as the addon holds it: a flat list of kernel calls whose operands are {space, offset}.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "../runtime/team_size.h"
#include "failure.h"
#include "ops.h"

namespace plummet {

// Where an operand lives, in the order of `spaces` in src/plan/plan.ts.
enum Space : int { kParams, kState, kScratch, kX, kY, kRows, kScalars, kTotals, kOutput, kSpaceCount };
constexpr int kAbsent = -1;

const char* name_of(Space space);

// A float that the executor looks at; in `kScalars` it is one of a step's row.
struct Slot {
  int space = kAbsent;
  double offset = 0;
};

constexpr int kMaxConditions = 3;

struct Instruction {
  int op;
  int space[kMaxOperands];      // kAbsent where there is none
  double offset[kMaxOperands];  // in elements
  double dim[kMaxDims];         // or a special value
  Slot when[kMaxConditions];    // executed where none of these holds 0
};

struct Plan {
  const KernelTable* const kernels;
  const int threads;
  const std::vector<Instruction> instructions;
  const Slot advance = {};  // what says whether a batch was a step: src/plan/plan.ts
  mutable Shelf<Pace> pace{};
};

// Reads `words` (src/kernels/addon.ts, createPlan) and checks all that does not depend on a run.
Checked decode_plan(const double* words, size_t count, std::vector<Instruction>& instructions, Slot& advance);

}  // namespace plummet
