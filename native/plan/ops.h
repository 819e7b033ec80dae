// The table of ops, as src/plan/ops.ts has it; a test compares the two. What an op computes: docs/definitions.md.
#pragma once
#include <string>
#include <vector>

#include "../kernels/table.h"
#include "failure.h"

namespace plummet {

enum class ElementType { kF32, kF64, kI32, kU8 };
enum class Access { kRead, kWrite, kUpdate };

const char* name_of(ElementType type);
const char* name_of(Access access);
inline int64_t size_of(ElementType type) {
  constexpr int64_t kSizes[] = {4, 8, 4, 1};
  return kSizes[static_cast<int>(type)];
}

// How many elements an operand spans, as a formula over the op's dims. In doubles: up to 2^53 they are exact, and what
// is larger stays larger than any array, so nothing can overflow.
struct Extent {
  enum Form {
    kConstant,     // a
    kDim,          // d[a]
    kPadded,       // pad(d[a])
    kProduct,      // d[a] * d[b]
    kPanels,       // d[a] * pad(d[b])
    kSum,          // d[a] + d[b]
    kSumTimes,     // (d[a] + d[b]) * d[c]
    kPartials,     // two floats for each block of 64 rows (d[a]) and 4096 columns (d[b])
    kVolume,       // d[a] * d[b] * d[c]
    kRoom,         // two matrices of float64, d[a] * d[a], and four vectors
    kParts,        // ceil(d[a] * d[b] / c)
    kBlocks,       // ceil(d[a] * d[b] / d[c])
    kConstantAnd,  // a + d[b]
  } form;
  int a, b, c;

  double operator()(const double* dims) const;
};

struct OperandSpec {
  std::string name;
  ElementType type;
  Access access;
  bool optional;
  Extent extent;
};

// What a dim may hold, which follows from its name.
enum class DimKind { kSize, kWidth, kActivation, kFlag, kEpoch, kBlockSize };

struct OpSpec {
  std::string name;
  std::vector<OperandSpec> operands;
  std::vector<std::string> dims;
  double (*units)(const double* dims);
  double (*work)(const double* dims, double states);
  // Pairs (leading dimension, columns): the former is at least the latter, padded. Without it rows would overlap the
  // end.
  std::vector<std::pair<int, int>> leading;
  std::vector<std::string> hyper;   // of optimizers: what each scalar is, in order
  bool fallible;                    // reads rows or labels by numbers that it has to check
  std::vector<DimKind> kinds = {};  // of the dims
  int panelled = -1;                // the dim that says whether rows are padded at all; without one they are

  double states() const { return hyper.empty() ? 0 : static_cast<double>(operands.size()) - 3; }
  double work_of(const double* dims_) const { return work(dims_, states()); }
};

// kOpCount rows, in the order of enum Op.
const std::vector<OpSpec>& op_table();

// The whole table as JSON.
std::string op_table_json();

double pad(double n);

// Dims that are known only when a step runs stand in a plan as these.
constexpr double kRowsDim = -1;                     // rows in this batch
constexpr double kEpochDim = -2;                    // number of the epoch, from 0
constexpr double kSourceRowsDim = -3;               // rows of the dataset
constexpr double kFirstDim = -4;                    // position of the batch's first row
constexpr double kLargestBlock = 16384;             // elements of which some states are stored together
constexpr double kLargestDim = 9007199254740991.0;  // 2^53 - 1

// Whether these dims are whole, not negative, and fit each other. Special values pass only where `special` allows them,
// and only in dims whose growth can but enlarge an extent.
Checked check_dims(const OpSpec& spec, const double* dims, bool special);

}  // namespace plummet
