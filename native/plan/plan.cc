#include "plan.h"

#include <math.h>

#include <algorithm>

namespace plummet {
namespace {

bool fits(ElementType type, Space space) {
  switch (space) {
    case kX:
      return type == ElementType::kF32 || type == ElementType::kU8;
    case kY:
      return type == ElementType::kF32 || type == ElementType::kI32;
    case kRows:
      return type == ElementType::kI32;
    case kTotals:
      return type == ElementType::kF64;
    default:
      return type == ElementType::kF32;
  }
}

// Datasets and tables belong to the caller: a plan only reads them.
bool writable(Space space) { return space != kX && space != kY && space != kScalars; }

std::string place(size_t index, const OpSpec& spec) {
  return "instruction " + std::to_string(index) + " (" + spec.name + ")";
}

Checked decode_operand(const OperandSpec& operand, double space, double offset, const std::string& where, int& to_space,
                       double& to_offset) {
  const std::string what = where + ": operand " + operand.name;
  if (space == kAbsent) {
    if (!operand.optional) return option_failure(what + " is absent, but it is not optional.");
    to_space = kAbsent;
    to_offset = 0;
    return {};
  }
  if (!(space >= 0 && space < kSpaceCount) || space != floor(space)) {
    return option_failure(what + " is in space " + to_text(space) + "; spaces have the numbers 0 to " +
                          std::to_string(kSpaceCount - 1) + ".");
  }
  to_space = static_cast<int>(space);
  const Space known = static_cast<Space>(to_space);
  if (!fits(operand.type, known)) {
    return type_failure(what + " is of type " + name_of(operand.type) + ", which space " + name_of(known) +
                        " does not hold.");
  }
  if (operand.access != Access::kRead && !writable(known)) {
    return option_failure(what + " is written, but space " + name_of(known) + " is only read.");
  }
  if (!(offset >= 0 && offset <= kLargestDim) || offset != floor(offset)) {
    return shape_failure(what + " has the offset " + to_text(offset) + ", expected a whole number from 0.");
  }
  to_offset = offset;
  return {};
}

// What stands before an instruction that has a condition, and before all of a plan that says how far a batch goes.
constexpr double kWhenWord = -2, kAdvanceWord = -3;

Checked decode_slot(const double* words, size_t left, const std::string& what, Slot& slot) {
  if (left < 2) return shape_failure(what + ": the words end in the middle of it.");
  const double space = words[0], offset = words[1];
  if (space != kScratch && space != kState && space != kScalars) {
    return option_failure(what + " is in space " + to_text(space) + "; expected state, scratch or scalars.");
  }
  if (!(offset >= 0 && offset <= kLargestDim) || offset != floor(offset)) {
    return shape_failure(what + " has the offset " + to_text(offset) + ", expected a whole number from 0.");
  }
  slot = {static_cast<int>(space), offset};
  return {};
}

}  // namespace

const char* name_of(Space space) {
  static const char* const names[] = {"params", "state", "scratch", "x", "y", "rows", "scalars", "totals", "output"};
  return names[space];
}

Checked decode_plan(const double* words, size_t count, std::vector<Instruction>& instructions, Slot& advance) {
  size_t at = 0;
  if (count > 0 && words[0] == kAdvanceWord) {
    if (Checked failure = decode_slot(words + 1, count - 1, "advance", advance)) return failure;
    if (advance.space == kScalars) return option_failure("advance is in space scalars; expected state or scratch.");
    at = 3;
  }
  while (at < count) {
    const size_t index = instructions.size();
    Slot when[kMaxConditions];
    int conditions = 0;
    for (; at < count && words[at] == kWhenWord; at += 3) {
      const std::string what = "instruction " + std::to_string(index) + ": condition " + std::to_string(conditions);
      if (conditions == kMaxConditions) return option_failure(what + " is one too many.");
      if (Checked failure = decode_slot(words + at + 1, count - at - 1, what, when[conditions++])) return failure;
    }
    if (at == count) return shape_failure("instruction " + std::to_string(index) + ": the words end before its op.");
    const double op = words[at++];
    if (!(op >= 0 && op < kOpCount) || op != floor(op)) {
      return option_failure("instruction " + std::to_string(index) + ": there is no op " + to_text(op) +
                            "; ops have the numbers 0 to " + std::to_string(kOpCount - 1) + ".");
    }
    Instruction instruction = {};
    std::copy(when, when + kMaxConditions, instruction.when);
    instruction.op = static_cast<int>(op);
    const OpSpec& spec = op_table()[static_cast<size_t>(instruction.op)];
    const size_t operands = spec.operands.size();
    if (count - at < 2 * operands + spec.dims.size()) {
      return shape_failure(place(index, spec) + ": the words end in the middle of it.");
    }
    for (size_t i = 0; i < operands; ++i) {
      const Checked failure = decode_operand(spec.operands[i], words[at + 2 * i], words[at + 2 * i + 1],
                                             place(index, spec), instruction.space[i], instruction.offset[i]);
      if (failure) return failure;
    }
    at += 2 * operands;
    for (size_t i = 0; i < spec.dims.size(); ++i) instruction.dim[i] = words[at + i];
    at += spec.dims.size();
    if (Checked failure = check_dims(spec, instruction.dim, true)) {
      failure->message = "instruction " + std::to_string(index) + ": " + failure->message;
      return failure;
    }
    instructions.push_back(instruction);
  }
  return {};
}

}  // namespace plummet
