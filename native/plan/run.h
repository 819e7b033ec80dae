// What is asked for in one call: src/plan/plan.ts, Run.
#pragma once
#include <stdint.h>

#include "plan.h"

namespace plummet {

// A typed array as it came; `data` is null where there is none.
struct Array {
  bool present = false;
  void* data = nullptr;
  int64_t length = 0;  // in elements
  ElementType type = ElementType::kF32;

  bool operator==(const Array& other) const {
    return present == other.present && data == other.data && length == other.length && type == other.type;
  }
};

struct Pass {
  const Plan* plan = nullptr;
  Array x, y;
  int64_t rows = 0;
  int64_t batch_size = 0;

  int64_t batches() const { return plan ? (rows + batch_size - 1) / batch_size : 0; }
};

struct Run {
  Pass pass;
  const Plan* shuffle = nullptr;
  Pass evaluation;  // without a plan: none
  Array params, state, scratch, totals, output, rows, scalars, history;
  int32_t* control = nullptr;  // kControlSlots
  int64_t first_epoch = 0, first_batch = 0, end_epoch = 0;
  int64_t max_steps = 0;
  int64_t scalars_stride = 0;
};

constexpr int64_t kControlSlots = 16;
enum ControlSlot : int {
  kAbortSlot,
  kStatusSlot,
  kEpochSlot,
  kBatchSlot,
  kStepsSlot,
  kThreadsSlot,
  kParallelOpsSlot,
  kAdvancedSlot,
  kSkippedSlot
};
enum Status : int { kDone = 0, kBadRowStatus = kBadRow, kBadLabelStatus = kBadLabel, kAborted = 3 };

}  // namespace plummet
