#include "single.h"

#include "../runtime/barrier.h"
#include "../runtime/blocking.h"
#include "../runtime/leases.h"
#include "../runtime/pool.h"
#include "../runtime/workspace.h"
#include "bind.h"
#include "first_error.h"

namespace plummet {
namespace {

struct Team {
  Kernel kernel;
  std::vector<SinglePart>& parts;
  std::unique_ptr<Barrier> barrier;
  FirstError error;
  int status = kDone;  // where one thread does it all
};

// Words are made only for an error: they cost more than all checks.
Checked check_operand(const OpSpec& spec, const OperandSpec& operand, const Array& array, double extent) {
  if (array.present ? array.type == operand.type && extent <= static_cast<double>(array.length) : operand.optional) {
    return {};
  }
  const std::string what = spec.name + ": " + operand.name;
  if (!array.present) {
    return type_failure(what + " is null, expected an array of type " + name_of(operand.type) + ".");
  }
  if (array.type != operand.type) {
    return type_failure(what + " holds " + name_of(array.type) + ", expected " + name_of(operand.type) + ".");
  }
  return shape_failure(what + " has " + std::to_string(array.length) + " elements, expected at least " +
                       to_text(extent) + (array.length == 0 ? " (is it detached?)." : "."));
}

// What is written may not share memory with another operand, unless both begin at the same place.
inline bool collide(const OpSpec& spec, const Array* arrays, const double* extents, size_t i, size_t j) {
  const char* const begin = static_cast<const char*>(arrays[i].data);
  const char* const other = static_cast<const char*>(arrays[j].data);
  if (other == begin) return false;
  const char* const end = begin + static_cast<int64_t>(extents[i]) * size_of(arrays[i].type);
  const char* const other_end = other + static_cast<int64_t>(extents[j]) * size_of(arrays[j].type);
  if (other >= end || begin >= other_end) return false;
  if (spec.operands[i].access == Access::kRead && spec.operands[j].access == Access::kRead) return false;
  return arrays[i].present && arrays[j].present && extents[i] != 0 && extents[j] != 0;
}

Checked check_pair(const OpSpec& spec, const Array* arrays, const double* extents, size_t i, size_t j) {
  if (!collide(spec, arrays, extents, i, j)) return {};
  return option_failure(spec.name + ": " + spec.operands[i].name + " overlaps " + spec.operands[j].name +
                        "; they may only begin at the same place.");
}

Checked check_overlap(const OpSpec& spec, const Array* arrays, const double* extents) {
  for (size_t i = 0; i < spec.operands.size(); ++i) {
    for (size_t j = i + 1; j < spec.operands.size(); ++j) {
      if (Checked failure = check_pair(spec, arrays, extents, i, j)) return failure;
    }
  }
  return {};
}

Checked check_part(const OpSpec& spec, const Array* arrays, const double* dims, SinglePart& part, double* extents) {
  if (Checked failure = check_dims(spec, dims, false)) return failure;
  for (size_t i = 0; i < spec.operands.size(); ++i) {
    extents[i] = spec.operands[i].extent(dims);
    if (Checked failure = check_operand(spec, spec.operands[i], arrays[i], extents[i])) return failure;
    part.args.operand[i] = arrays[i].data;
  }
  part.args.blocking = blocking();
  for (size_t i = 0; i < spec.dims.size(); ++i) part.args.dim[i] = static_cast<int64_t>(dims[i]);
  const double units = spec.units(dims);
  part.units = static_cast<int64_t>(units);
  part.divided = units > 1 && spec.work_of(dims) >= threading_threshold();
  return check_overlap(spec, arrays, extents);
}

int run_alone(Team& team) {
  void* const workspace = thread_workspace();
  for (SinglePart& part : team.parts) {
    part.args.workspace = workspace;
    if (const int status = team.kernel(part.args, 0, part.units)) return status;
  }
  return kDone;
}

// A part may read what the one before has written, so all wait in between, unless both are thread 0's alone.
void walk(void* context, int thread, int size) {
  Team& team = *static_cast<Team*>(context);
  if (size == 1) {
    team.status = run_alone(team);
    return;
  }
  void* const workspace = thread_workspace();
  uint32_t meetings = 0;
  bool failed = false;
  for (size_t i = 0; i < team.parts.size(); ++i) {
    const SinglePart& part = team.parts[i];
    if (i > 0 && (part.divided || team.parts[i - 1].divided)) {
      const Barrier::Word mine = failed ? Barrier::kFailed : Barrier::kGo;
      if (team.barrier->meet(thread, size, meetings, mine) != Barrier::kGo) return;
    }
    if (failed || (!part.divided && thread != 0)) continue;
    KernelArgs args = part.args;
    args.workspace = workspace;
    const int64_t begin = part.divided ? part.units * thread / size : 0;
    const int64_t end = part.divided ? part.units * (thread + 1) / size : part.units;
    if (begin == end) continue;
    if (const int status = team.kernel(args, begin, end)) {
      team.error.report(i, thread, status);
      failed = true;
    }
  }
}

}  // namespace

size_t Single::count() const { return dims.size() / op_table()[static_cast<size_t>(op)].dims.size(); }

Checked check_single(const Single& single, size_t i, SinglePart& part, double* extents) {
  const OpSpec& spec = op_table()[static_cast<size_t>(single.op)];
  const Array* const arrays = &single.arrays[i * spec.operands.size()];
  return check_part(spec, arrays, &single.dims[i * spec.dims.size()], part, extents);
}

Checked check_exchange(const Single& single, size_t place, const double* extents, SinglePart& part) {
  const OpSpec& spec = op_table()[static_cast<size_t>(single.op)];
  const size_t operand = place % spec.operands.size(), first = place - operand;
  const Array& array = single.arrays[place];
  if (Checked failure = check_operand(spec, spec.operands[operand], array, extents[place])) return failure;
  part.args.operand[operand] = array.data;
  for (size_t i = 0; i < spec.operands.size(); ++i) {
    if (Checked failure = check_pair(spec, &single.arrays[first], extents + first, operand, i)) return failure;
  }
  return {};
}

int run_parts(const Single& single, std::vector<SinglePart>& parts) {
  Team team = {single.kernels->kernel[single.op], parts, nullptr, {}, kDone};
  bool divided = false;
  for (const SinglePart& part : parts) divided |= part.divided;
  const bool together = divided && single.threads > 1;
  if (together) team.barrier = std::make_unique<Barrier>(single.threads);
  const int lease = together ? leases().try_take(single.threads) : 0;
  if (lease == 0) return run_alone(team);
  pool().run(single.threads, walk, &team);
  leases().give_back(lease);
  return team.error.any() ? team.error.status() : team.status;
}

Checked run_single(const Single& single, int& status) {
  std::vector<SinglePart> parts(single.count());
  for (size_t i = 0; i < parts.size(); ++i) {
    double extents[kMaxOperands];
    if (Checked failure = check_single(single, i, parts[i], extents)) return failure;
  }
  status = run_parts(single, parts);
  return {};
}

}  // namespace plummet
