#include "bind.h"

#include <string.h>

#include <algorithm>
#include <atomic>
#include <iterator>

#include "../runtime/blocking.h"
#include "hazards.h"

namespace plummet {
namespace {

std::atomic<double> threshold{65536};

// The batch that a dim's special values are taken from.
struct Batch {
  int64_t rows, first, source_rows;
};

double resolve(double dim, const Batch& batch) {
  if (dim == kRowsDim) return static_cast<double>(batch.rows);
  if (dim == kFirstDim) return static_cast<double>(batch.first);
  if (dim == kSourceRowsDim) return static_cast<double>(batch.source_rows);
  if (dim == kEpochDim) return 0;
  return dim;
}

// The largest batches of a pass: extents grow with every dim, so these stand for all others. A full one and the last,
// partial one; the two are the same where there is only one kind.
struct Largest {
  Batch full, last;
};

Largest largest_batches(int64_t rows, int64_t batch_size) {
  const int64_t full = rows / batch_size, rest = rows % batch_size;
  const Batch partial = {rest, full * batch_size, rows};
  const Batch whole = {batch_size, (full - 1) * batch_size, rows};
  return {full > 0 ? whole : partial, rest > 0 ? partial : whole};
}

std::string counted(double n, ElementType type) { return to_text(n) + " " + name_of(type) + " elements"; }

Checked check_operand(const OperandSpec& operand, const std::string& op, const Array& array, Space space, double offset,
                      double extent) {
  if (array.present && array.type == operand.type && offset + extent <= static_cast<double>(array.length)) return {};
  const std::string what = op + ": operand " + operand.name;
  if (!array.present) {
    return type_failure(what + " is in space " + name_of(space) + ", but the run has no such array.");
  }
  if (array.type != operand.type) {
    return type_failure(what + " is of type " + name_of(operand.type) + ", but the array of space " + name_of(space) +
                        " holds " + name_of(array.type) + ".");
  }
  return shape_failure(what + " needs " + counted(extent, operand.type) + " from " + to_text(offset) + " of space " +
                       name_of(space) + ", but that array has " + to_text(static_cast<double>(array.length)) +
                       (array.length == 0 ? " (is it detached?)." : "."));
}

class Binder {
 public:
  Binder(const Plan& plan, const Binding& binding, BoundPlan& bound)
      : binding_(binding), bound_(bound), batches_(largest_batches(binding.rows, binding.batch_size)) {
    bound_ = BoundPlan();
    bound_.plan = &plan;
    bound_.full_rows = batches_.full.rows;
  }

  Checked add(const Instruction& instruction) {
    const OpSpec& spec = op_table()[static_cast<size_t>(instruction.op)];
    double full[kMaxDims], last[kMaxDims];
    Call call = {};
    call.args.blocking = blocking();
    call.kernel = bound_.plan->kernels->kernel[instruction.op];
    for (size_t i = 0; i < spec.dims.size(); ++i) {
      full[i] = resolve(instruction.dim[i], batches_.full);
      last[i] = resolve(instruction.dim[i], batches_.last);
      call.args.dim[i] = static_cast<int64_t>(full[i]);
      patch_dim(instruction.dim[i], static_cast<int>(i));
    }
    Touched touched = {};
    for (size_t i = 0; i < spec.operands.size(); ++i) {
      const OperandSpec& operand = spec.operands[i];
      const int space = instruction.space[i];
      if (space == kAbsent) continue;
      const Array& array = binding_.spaces[space];
      if (space == kRows && !array.present && operand.optional) continue;  // rows in order
      const double extent = std::max(operand.extent(full), operand.extent(last));
      const double offset = instruction.offset[i];
      if (space == kScalars) {
        bound_.scalars_needed = std::max(bound_.scalars_needed, offset + extent);
        bound_.scalars.push_back({index(), static_cast<int>(i), static_cast<int64_t>(offset) * 4});
      }
      if (const Checked failure = check_operand(operand, spec.name, array, static_cast<Space>(space), offset, extent)) {
        return failure;
      }
      char* data = static_cast<char*>(array.data) + static_cast<int64_t>(offset) * size_of(operand.type);
      call.args.operand[i] = data;
      touched.add(data, static_cast<int64_t>(extent) * size_of(operand.type), operand.access, space != kScratch);
      if ((space == kX || space == kY) && binding_.spaces[kRows].present) {
        const double row_bytes =
            extent / static_cast<double>(binding_.rows) * static_cast<double>(size_of(operand.type));
        bound_.sources.push_back({index(), data, static_cast<int64_t>(row_bytes)});
      }
      if (space == kTotals && operand.access != Access::kRead) {
        bound_.totals.push_back(reinterpret_cast<double*>(data));
      }
    }
    for (int i = 0; i < kMaxConditions; ++i) {
      const Slot& slot = instruction.when[i];
      if (slot.space == kAbsent) continue;
      if (Checked failure = find(slot, spec.name + ": condition", call.when[i])) return failure;
      touched.add(call.when[i], sizeof(float), Access::kRead, false);
      if (slot.space != kScalars) continue;
      bound_.scalars_needed = std::max(bound_.scalars_needed, slot.offset + 1);
      bound_.conditions.push_back({index(), i, static_cast<int64_t>(slot.offset) * 4});
    }
    const double units = spec.units(full);
    const double work = spec.work_of(full);
    const bool divided = units > 1 && work >= binding_.threshold;
    bound_.work += work;
    call.end = static_cast<int64_t>(units);
    touched.divided = divided;
    touched.fallible = spec.fallible;
    call.barrier = hazards_.barrier_before(touched);
    bound_.calls.push_back(call);
    bound_.divided.push_back(divided);
    bound_.any_divided |= divided;
    return {};
  }

  // Where a float lies.
  Checked find(const Slot& slot, const std::string& what, const float*& found) const {
    const Array& array = binding_.spaces[slot.space];
    const OperandSpec spec = {"slot", ElementType::kF32, Access::kRead, false, {}};
    if (Checked failure = check_operand(spec, what, array, static_cast<Space>(slot.space), slot.offset, 1)) {
      return failure;
    }
    found = static_cast<const float*>(array.data) + static_cast<int64_t>(slot.offset);
    return {};
  }

 private:
  int index() const { return static_cast<int>(bound_.calls.size()); }

  void patch_dim(double dim, int slot) {
    if (dim == kRowsDim) bound_.rows.push_back({index(), slot, 0});
    if (dim == kFirstDim) bound_.first.push_back({index(), slot, 0});
    if (dim == kEpochDim) bound_.epoch.push_back({index(), slot, 0});
  }

  const Binding& binding_;
  BoundPlan& bound_;
  const Largest batches_;
  Hazards hazards_;
};

Key key_of(const Run& run) {
  return {{run.pass.rows, run.pass.batch_size, run.evaluation.rows, run.evaluation.batch_size}, threading_threshold()};
}

Binding binding_of(const Run& run, const Pass& pass, const Array& rows, const Array& scalars) {
  Binding binding;
  binding.spaces[kParams] = run.params;
  binding.spaces[kState] = run.state;
  binding.spaces[kScratch] = run.scratch;
  binding.spaces[kX] = pass.x;
  binding.spaces[kY] = pass.y;
  binding.spaces[kRows] = rows;
  binding.spaces[kScalars] = scalars;
  binding.spaces[kTotals] = run.totals;
  binding.spaces[kOutput] = run.output;
  binding.rows = pass.rows;
  binding.batch_size = pass.batch_size;
  binding.threshold = threading_threshold();
  return binding;
}

Checked check_pass(const Pass& pass, const char* name) {
  constexpr int64_t kMost = INT32_MAX;  // what a slot of `control` can say
  if (pass.rows < 1 || pass.batch_size < 1) {
    return option_failure(std::string(name) + ": " + std::to_string(pass.rows) + " rows in batches of " +
                          std::to_string(pass.batch_size) + "; expected at least 1 of each.");
  }
  if ((pass.rows - 1) / pass.batch_size >= kMost) {
    return option_failure(std::string(name) + ": " + std::to_string(pass.rows) + " rows in batches of " +
                          std::to_string(pass.batch_size) + " are more than 2147483647 batches.");
  }
  return {};
}

// All that depends on where a run begins and ends.
Checked check_span(const Run& run, const Bound& bound) {
  const int64_t batches = run.pass.batches();
  if (run.first_batch > batches) {
    return option_failure("firstBatch is " + std::to_string(run.first_batch) + ", but an epoch has " +
                          std::to_string(batches) + " batches.");
  }
  if (run.end_epoch > INT32_MAX || run.first_epoch > INT32_MAX) {
    return option_failure("epochs are counted up to 2147483647.");
  }
  if (run.first_epoch >= run.end_epoch) return {};
  const double epochs = static_cast<double>(run.end_epoch - run.first_epoch);
  const double left = epochs * static_cast<double>(batches) - static_cast<double>(run.first_batch);
  const double steps = std::min(static_cast<double>(run.max_steps), left);
  if (bound.train.scalars_needed > 0 && steps > 0) {
    const double needed = (steps - 1) * static_cast<double>(run.scalars_stride) + bound.train.scalars_needed;
    if (!(needed <= static_cast<double>(run.scalars.length))) {
      return shape_failure("scalars: " + to_text(steps) + " steps need " + to_text(needed) +
                           " floats, but that array has " + std::to_string(run.scalars.length) + ".");
    }
  }
  if (run.history.present) {
    const double finished =
        std::min(epochs, static_cast<double>((run.first_batch + static_cast<int64_t>(steps)) / batches));
    const double needed = finished * static_cast<double>(run.totals.length);
    if (!(needed <= static_cast<double>(run.history.length))) {
      return shape_failure("history: " + to_text(finished) + " epochs of " + std::to_string(run.totals.length) +
                           " totals need " + to_text(needed) + " floats, but that array has " +
                           std::to_string(run.history.length) + ".");
    }
  }
  return {};
}

}  // namespace

bool Key::operator==(const Key& other) const {
  return std::equal(numbers, std::end(numbers), other.numbers) && threshold == other.threshold;
}

Checked bind_plan(const Plan& plan, const Binding& binding, BoundPlan& bound) {
  Binder binder(plan, binding, bound);
  for (const Instruction& instruction : plan.instructions) {
    if (Checked failure = binder.add(instruction)) return failure;
  }
  if (plan.advance.space == kAbsent) return {};
  return binder.find(plan.advance, "advance", bound.advance);
}

Checked bind_all(const Run& run, Bound& bound) {
  const Array none;
  Checked failure = bind_plan(*run.pass.plan, binding_of(run, run.pass, run.rows, run.scalars), bound.train);
  // Neither has steps, so neither has scalars; an evaluation takes its rows in order.
  if (!failure && run.shuffle) {
    failure = bind_plan(*run.shuffle, binding_of(run, run.pass, run.rows, none), bound.shuffle);
  }
  if (!failure && run.evaluation.plan) {
    failure = bind_plan(*run.evaluation.plan, binding_of(run, run.evaluation, none, none), bound.evaluation);
  }
  return failure;
}

Checked bind_run(const Run& run, std::unique_ptr<Bound>& bound) {
  if (Checked failure = check_pass(run.pass, "pass")) return failure;
  if (run.evaluation.plan) {
    if (Checked failure = check_pass(run.evaluation, "evaluation")) return failure;
  }
  const Key key = key_of(run);
  if (!bound || !(bound->key == key)) {
    auto fresh = std::make_unique<Bound>();
    fresh->key = key;
    if (Checked failure = bind_all(run, *fresh)) return failure;
    fresh->tracks.resize(fresh->any_divided() ? static_cast<size_t>(run.pass.plan->threads) : 1);
    if (fresh->tracks.size() > 1) fresh->barrier = std::make_unique<Barrier>(run.pass.plan->threads);
    bound = std::move(fresh);
  }
  return check_span(run, *bound);
}

double set_threading_threshold(double work) { return threshold.exchange(work); }
double threading_threshold() { return threshold.load(std::memory_order_relaxed); }

void Track::enter(const BoundPlan& from, int thread_, int team_, void* workspace) {
  if (bound != &from || thread != thread_ || team != team_) {
    bound = &from;
    thread = thread_;
    team = team_;
    calls = from.calls;
    epoch = 0;
    rows = from.full_rows;
    divided_ops = 0;
    for (size_t i = 0; i < calls.size(); ++i) {
      if (team == 1) calls[i].barrier = false;
      share(i, from.calls[i].end);
    }
  }
  for (Call& call : calls) call.args.workspace = workspace;
}

// Thread t of T owns units [U t / T, U (t + 1) / T), so it meets the same weights in every step.
void Track::share(size_t call, int64_t units) {
  if (bound->divided[call] && team > 1) {
    calls[call].begin = units * thread / team;
    calls[call].end = units * (thread + 1) / team;
    divided_ops += units > 1;
  } else {
    calls[call].begin = 0;
    calls[call].end = thread == 0 ? units : 0;
  }
}

void Track::set_rows(int64_t rows_) {
  if (rows == rows_) return;
  rows = rows_;
  for (const Patch& patch : bound->rows) calls[static_cast<size_t>(patch.call)].args.dim[patch.slot] = rows;
  divided_ops = 0;
  for (size_t i = 0; i < calls.size(); ++i) {
    const OpSpec& spec = op_table()[static_cast<size_t>(bound->plan->instructions[i].op)];
    double dims[kMaxDims];
    for (size_t d = 0; d < spec.dims.size(); ++d) dims[d] = static_cast<double>(calls[i].args.dim[d]);
    share(i, static_cast<int64_t>(spec.units(dims)));
  }
}

void Track::set_first(int64_t first) {
  for (const Patch& patch : bound->first) calls[static_cast<size_t>(patch.call)].args.dim[patch.slot] = first;
}

void Track::set_epoch(int64_t epoch_) {
  if (epoch == epoch_) return;
  epoch = epoch_;
  for (const Patch& patch : bound->epoch) calls[static_cast<size_t>(patch.call)].args.dim[patch.slot] = epoch;
}

void Track::set_scalars(const float* row) {
  for (const Patch& patch : bound->scalars) {
    calls[static_cast<size_t>(patch.call)].args.operand[patch.slot] =
        reinterpret_cast<char*>(const_cast<float*>(row)) + patch.offset;
  }
  for (const Patch& patch : bound->conditions) {
    calls[static_cast<size_t>(patch.call)].when[patch.slot] = row + patch.offset / 4;
  }
}

}  // namespace plummet
