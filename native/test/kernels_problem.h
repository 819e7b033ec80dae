// One call of a kernel: what it is given, and how what it gives is compared.
#pragma once
#include <gtest/gtest.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include <string>
#include <vector>

#include "../kernels/table.h"
#include "kernels_data.h"

namespace plummet {
namespace {

enum class Layout { kFlat, kPadded, kPanels, kUndefined };  // kUndefined: no element is compared

struct Array {
  std::vector<uint8_t> bytes;
  size_t element = 4;
  bool written = false;
  bool floats = true;
  Layout layout = Layout::kFlat;
  int64_t rows = 0, columns = 0, ld = 0;
  int same_as = -1;  // in place on that operand
  bool absent = false;

  float* f() { return reinterpret_cast<float*>(bytes.data()); }
  int32_t* i() { return reinterpret_cast<int32_t*>(bytes.data()); }
  double* d() { return reinterpret_cast<double*>(bytes.data()); }
};

struct Problem {
  Op op;
  std::vector<Array> arrays;
  std::vector<int64_t> dims;
  int64_t units;
  int expected = kOk;
};

// Whether the element is one that the op defines, not padding.
inline bool is_real(const Array& a, int64_t index) {
  if (a.layout == Layout::kFlat) return true;
  if (a.layout == Layout::kUndefined) return false;
  if (a.layout == Layout::kPadded) return index % a.ld < a.columns;
  const int64_t q = index / (32 * a.rows);
  const int64_t width = pad(a.columns) - 32 * q < 32 ? pad(a.columns) - 32 * q : 32;
  return 32 * q + (index - 32 * q * a.rows) % width < a.columns;
}

// A copy with zeroes for padding and one pattern for all NaNs.
inline std::vector<uint8_t> canonical(const Array& a, const uint8_t* data) {
  std::vector<uint8_t> out(data, data + a.bytes.size());
  for (size_t at = 0; at < out.size(); at += a.element) {
    if (!is_real(a, int64_t(at / a.element))) memset(&out[at], 0, a.element);
    if (a.element != 4 || !a.floats) continue;
    float x;
    memcpy(&x, &out[at], 4);
    const uint32_t nan = 0x7fc00000;
    if (x != x) memcpy(&out[at], &nan, 4);
  }
  return out;
}

// Lets AddressSanitizer report whoever touches what lies before or after an operand.
inline void guard(const std::vector<uint8_t>& memory, const uint8_t* start, size_t size, bool guarded) {
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(memory.data(), memory.size());
  if (!guarded) return;
  __asan_poison_memory_region(memory.data(), size_t(start - memory.data()));
  __asan_poison_memory_region(start + size, size_t(memory.data() + memory.size() - start) - size);
#else
  (void)memory, (void)start, (void)size, (void)guarded;
#endif
}

struct Outcome {
  int error;
  std::vector<std::vector<uint8_t>> written;
  bool operator==(const Outcome& o) const { return error == o.error && written == o.written; }
};

// Runs the problem on memory of its own, `misalignment` bytes off a multiple of 64, `step` units a call (0: all at
// once), and checks that nothing else than the operands that are written has changed.
inline Outcome run(const KernelTable& table, const Problem& problem, int64_t step = 0, size_t misalignment = 0,
                   const Blocking& blocking = kCommonBlocking) {
  constexpr size_t kGuard = 256;
  constexpr uint8_t kPattern = 0xa5;
  std::vector<std::vector<uint8_t>> memory;
  alignas(64) static uint8_t workspace[kWorkspaceBytes];
  memset(workspace, 0xff, sizeof(workspace));
  KernelArgs args = {};
  args.workspace = workspace;
  args.blocking = blocking;
  std::vector<uint8_t*> start;
  for (size_t n = 0; n < problem.arrays.size(); n++) {
    const Array& a = problem.arrays[n];
    memory.emplace_back(a.bytes.size() + 2 * kGuard + 128, kPattern);
    const uintptr_t address = reinterpret_cast<uintptr_t>(memory.back().data()) + kGuard;
    start.push_back(reinterpret_cast<uint8_t*>((address + 63) / 64 * 64 + misalignment / a.element * a.element));
    if (!a.bytes.empty()) memcpy(start.back(), a.bytes.data(), a.bytes.size());
    args.operand[n] = a.absent ? nullptr : a.same_as >= 0 ? start[size_t(a.same_as)] : start.back();
  }
  for (size_t n = 0; n < memory.size(); n++) guard(memory[n], start[n], problem.arrays[n].bytes.size(), true);
  for (size_t n = 0; n < problem.dims.size(); n++) args.dim[n] = problem.dims[n];
  Outcome outcome = {kOk, {}};
  const int64_t stride = step > 0 ? step : problem.units > 0 ? problem.units : 1;
  for (int64_t u = 0; u < problem.units && outcome.error == kOk; u += stride) {
    const int64_t to = u + stride < problem.units ? u + stride : problem.units;
    outcome.error = table.kernel[problem.op](args, u, to);
  }
  for (size_t n = 0; n < memory.size(); n++) guard(memory[n], start[n], problem.arrays[n].bytes.size(), false);
  for (size_t n = 0; n < problem.arrays.size(); n++) {
    const Array& a = problem.arrays[n];
    const uint8_t* data = start[size_t(a.same_as >= 0 ? a.same_as : int(n))];
    if (a.written && !a.absent) {
      outcome.written.push_back(canonical(a, data));
    } else if (a.same_as < 0) {
      bool overwritten = false;  // by an operand in the same place
      for (const Array& b : problem.arrays) overwritten = overwritten || (b.written && b.same_as == int(n));
      if (!overwritten && !a.bytes.empty()) {
        EXPECT_EQ(memcmp(start[n], a.bytes.data(), a.bytes.size()), 0) << "operand " << n;
      }
    }
    const uint8_t* from = memory[n].data();
    for (const uint8_t* p = from; p < from + memory[n].size(); p++) {
      const bool inside = p >= start[n] && p < start[n] + a.bytes.size();
      if (!inside && *p != kPattern) {
        ADD_FAILURE() << "operand " << n << ": a byte outside has changed, at " << p - start[n];
        break;
      }
    }
  }
  return outcome;
}

// FNV-1a.
inline uint64_t hash(const Outcome& outcome, uint64_t h = 0xcbf29ce484222325u) {
  for (const auto& bytes : outcome.written) {
    for (uint8_t b : bytes) h = (h ^ b) * 0x100000001b3u;
  }
  return (h ^ uint64_t(outcome.error)) * 0x100000001b3u;
}

inline std::string name_of(Op op) {
  static const char* const kNames[] = {
#define PLUMMET_NAME(op, ...) #op,
      PLUMMET_OPS(PLUMMET_NAME) PLUMMET_RULES(PLUMMET_NAME) PLUMMET_OPTIMIZERS(PLUMMET_NAME)
#undef PLUMMET_NAME
#define PLUMMET_NAME(op, ...) #op "OfDense",
          PLUMMET_OPTIMIZERS(PLUMMET_NAME)
#undef PLUMMET_NAME
  };
  return kNames[op];
}

inline std::string describe(const KernelTable& table, const Problem& problem) {
  std::string text = std::string(table.isa) + " " + name_of(problem.op) + "(";
  for (int64_t d : problem.dims) text += std::to_string(d) + " ";
  return text + ")";
}

}  // namespace
}  // namespace plummet
