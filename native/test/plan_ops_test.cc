#include "../plan/ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace plummet {
namespace {

// Whether a dim says how far rows are apart.
bool is_leading(const std::string& dim) { return dim.substr(0, 2) == "ld" || dim == "width"; }

TEST(Ops, EveryOpHasARowAndFitsAKernelsArguments) {
  ASSERT_EQ(op_table().size(), static_cast<size_t>(kOpCount));
  EXPECT_EQ(op_table()[kOp_dense].name, "dense");
  EXPECT_EQ(op_table()[kOp_yogi].name, "yogi");
  for (const OpSpec& spec : op_table()) {
    EXPECT_LE(spec.operands.size(), static_cast<size_t>(kMaxOperands)) << spec.name;
    EXPECT_LE(spec.dims.size(), static_cast<size_t>(kMaxDims)) << spec.name;
    EXPECT_EQ(spec.kinds.size(), spec.dims.size()) << spec.name;
    for (const auto& [ld, columns] : spec.leading) {
      EXPECT_TRUE(is_leading(spec.dims[static_cast<size_t>(ld)])) << spec.name;
      EXPECT_LT(static_cast<size_t>(columns), spec.dims.size()) << spec.name;
    }
    // A padded operand without the rule that its rows fit would be a hole.
    for (size_t i = 0; i < spec.dims.size(); ++i) {
      if (!is_leading(spec.dims[i])) continue;
      bool ruled = false;
      for (const auto& [ld, columns] : spec.leading) ruled |= static_cast<size_t>(ld) == i;
      EXPECT_TRUE(ruled) << spec.name << " " << spec.dims[i];
    }
  }
}

TEST(Ops, OptimizersComeFromTheirList) {
  const OpSpec& adam = op_table()[kOp_adam];
  ASSERT_EQ(adam.operands.size(), 5u);
  EXPECT_EQ(adam.operands[2].name, "expAvg");
  EXPECT_EQ(adam.operands[3].name, "expAvgSq");
  EXPECT_EQ(adam.hyper.size(), 8u);
  const double n = 33;
  EXPECT_EQ(adam.operands[4].extent(&n), 8);
  EXPECT_EQ(adam.units(&n), 3);
  EXPECT_EQ(adam.work_of(&n), 16 * 3 * 33);
}

TEST(Ops, HugeDimsDoNotWrapAround) {
  const OpSpec& dense = op_table()[kOp_dense];
  const double huge = 1ll << 52;
  const double dims[] = {huge, huge, huge, huge, huge, 0};
  for (const OperandSpec& operand : dense.operands) EXPECT_GE(operand.extent(dims), huge) << operand.name;
  EXPECT_GT(dense.units(dims), huge);
  EXPECT_FALSE(check_dims(dense, dims, false));
}

TEST(Ops, DimsAreChecked) {
  const OpSpec& dense = op_table()[kOp_dense];
  const double good[] = {4, 3, 5, 16, 16, 1};
  EXPECT_FALSE(check_dims(dense, good, false));
  const double kNaN = std::numeric_limits<double>::quiet_NaN();
  const double kInfinity = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < 6; ++i) {
    for (const double bad : {-1.0, -5.0, 0.5, kNaN, kInfinity, -kInfinity, 0x1p53}) {
      double dims[6];
      std::copy(good, good + 6, dims);
      dims[i] = bad;
      EXPECT_TRUE(check_dims(dense, dims, false)) << i << " " << bad;
      // Special values stand for sizes only, never for what a check depends on.
      const bool stands_for_rows = i == 0 && bad == kRowsDim;
      EXPECT_NE(check_dims(dense, dims, true).has_value(), stands_for_rows) << i << " " << bad;
    }
  }
  const double special[] = {kRowsDim, 3, 5, 16, 16, 1};
  EXPECT_FALSE(check_dims(dense, special, true));
}

}  // namespace
}  // namespace plummet
