// A plan resolved for a run: every operand a pointer, checked against its array, and the barriers placed.
#pragma once
#include <vector>

#include "../runtime/barrier.h"
#include "run.h"

namespace plummet {

// One op as a thread walks over it: units [begin, end) are its share.
struct Call {
  Kernel kernel;
  int64_t begin, end;
  bool barrier;                       // wait for the others first
  const float* when[kMaxConditions];  // executed where none of these is 0; null: none
  KernelArgs args;
};

// What changes from step to step.
struct Patch {
  int call;
  int slot;        // of the operand, the dim or the condition
  int64_t offset;  // for scalars: bytes from the start of the step's row
};

// Rows of a dataset that an op takes in the run's order: those lie anywhere.
struct Source {
  int call;  // a unit of it is a row
  const char* data;
  int64_t row_bytes;
};

struct BoundPlan {
  const Plan* plan = nullptr;
  std::vector<Call> calls;    // args as for a full batch; begin, end: all units
  std::vector<char> divided;  // whether threads share the op
  std::vector<Patch> scalars, conditions, first, rows, epoch;
  const float* advance = nullptr;  // null: each batch is a step
  std::vector<double*> totals;     // what it adds to
  std::vector<Source> sources;     // none where rows are taken as they come
  int64_t full_rows = 0;           // rows in a full batch
  double scalars_needed = 0;       // floats of a row of scalars
  double work = 0;                 // of a full batch
  bool any_divided = false;
};

// What a plan is bound to.
struct Binding {
  Array spaces[kSpaceCount];
  int64_t rows = 0;
  int64_t batch_size = 0;
  double threshold = 0;  // work below which an op runs on thread 0 alone
};

// Checks each operand's extent, for all batches of the binding, and fills `bound`.
Checked bind_plan(const Plan& plan, const Binding& binding, BoundPlan& bound);

// One thread's copy of a bound plan.
struct Track {
  std::vector<Call> calls;
  const BoundPlan* bound = nullptr;
  int thread = -1, team = 0;
  int64_t rows = 0;
  int64_t epoch = 0;
  int64_t divided_ops = 0;  // op executions a walk divides

  void enter(const BoundPlan& from, int thread_, int team_, void* workspace);
  void set_rows(int64_t rows_);
  void set_first(int64_t first);
  void set_epoch(int64_t epoch_);
  void set_scalars(const float* row);

 private:
  void share(size_t call, int64_t units);
};

// All that the result of binding plans to arrays depends on besides them.
struct Key {
  int64_t numbers[4];
  double threshold;

  bool operator==(const Key& other) const;
};

// All three plans of a run, and each thread's copies.
struct Bound {
  Key key;
  BoundPlan train, shuffle, evaluation;
  struct Tracks {
    Track train, shuffle, evaluation;
  };
  std::vector<Tracks> tracks;        // one for each thread
  std::unique_ptr<Barrier> barrier;  // where there is more than one

  bool any_divided() const { return train.any_divided || shuffle.any_divided || evaluation.any_divided; }
};

// Checks a run and resolves it. `bound`: null, or that of a run of the same plans on the same arrays, which is used
// again where it can be.
Checked bind_run(const Run& run, std::unique_ptr<Bound>& bound);

// Work below which an op runs on one thread; returns the one before.
double set_threading_threshold(double work);
double threading_threshold();

}  // namespace plummet
