// Every kernel of every instruction set gives the bits that are recorded, however its work is divided and wherever its
// operands lie.
#include <stdio.h>

#include "kernels_cases.h"
#include "kernels_golden.h"
#include "kernels_tables.h"

namespace plummet {
namespace {

uint32_t seed_of(const std::string& name) {
  uint32_t h = 0x811c9dc5u;
  for (char c : name) h = (h ^ uint8_t(c)) * 0x01000193u;
  return h;
}

class Bits : public ::testing::TestWithParam<int> {
 protected:
  Op op() const { return Op(GetParam()); }
  // Those of optimizers and what they are composed with follow from the op's name, so that a new one changes no other's
  // record.
  std::vector<Problem> problems() const {
    const bool named = op() > kOp_adaptiveClip;
    return Cases(named ? seed_of(name_of(op())) : uint32_t(op()) + 1).of(op());
  }
};

TEST_P(Bits, AreTheRecordedOnes) {
  for (const KernelTable* table : tables()) {
    uint64_t h = 0xcbf29ce484222325u;
    for (const Problem& p : problems()) h = hash(run(*table, p), h);
    EXPECT_EQ(h, kGolden[op()]) << table->isa << ": {0x" << std::hex << h << "}";
  }
}

TEST_P(Bits, AreThoseOfTheScalarKernels) {
  for (const KernelTable* table : tables()) {
    for (const Problem& p : problems()) {
      EXPECT_TRUE(run(*table, p) == run(plummet_kernels_scalar, p)) << describe(*table, p);
    }
  }
}

TEST_P(Bits, DoNotDependOnTheDivisionOfUnits) {
  for (const KernelTable* table : tables()) {
    for (const Problem& p : problems()) {
      const Outcome whole = run(*table, p);
      for (int64_t step : {1, 2, 3}) EXPECT_TRUE(run(*table, p, step) == whole) << describe(*table, p) << step;
    }
  }
}

TEST_P(Bits, DoNotDependOnAlignment) {
  for (const KernelTable* table : tables()) {
    for (const Problem& p : problems()) {
      const Outcome aligned = run(*table, p);
      for (size_t offset : {4, 16, 36, 60}) {
        EXPECT_TRUE(run(*table, p, 0, offset) == aligned) << describe(*table, p) << offset;
      }
    }
  }
}

std::string op_name(const ::testing::TestParamInfo<int>& info) { return name_of(Op(info.param)); }

INSTANTIATE_TEST_SUITE_P(Kernels, Bits, ::testing::Range(0, int(kOpCount)), op_name);

}  // namespace
}  // namespace plummet
