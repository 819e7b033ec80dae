#include "../plan/executor.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "../plan/single.h"

namespace plummet {
namespace {

// Kernels that are easy to follow and that depend on every element they read, so that a missing barrier shows: in the
// results, and to a sanitizer of threads.
const float* in(const KernelArgs& a, int i) { return static_cast<const float*>(a.operand[i]); }
float* out(const KernelArgs& a, int i) { return static_cast<float*>(a.operand[i]); }

// rows, columns, ld
int halve_rows(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    for (int64_t j = 0; j < a.dim[1]; ++j) {
      out(a, 1)[i * a.dim[2] + j] = 0.5f * in(a, 0)[i * a.dim[2] + j] + static_cast<float>(i + j);
    }
  }
  return kOk;
}
int sum_columns(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t j = 16 * begin; j < 16 * end && j < a.dim[1]; ++j) {
    float sum = 0;
    for (int64_t i = 0; i < a.dim[0]; ++i) sum += in(a, 0)[i * a.dim[2] + j];
    out(a, 1)[j] = sum / 8;
  }
  return kOk;
}
int step(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = 16 * begin; i < 16 * end && i < a.dim[0]; ++i) out(a, 0)[i] -= in(a, 2)[0] * in(a, 1)[i];
  return kOk;
}
int add_up(const KernelArgs& a, int64_t, int64_t) {
  for (int64_t i = 0; i < a.dim[0]; ++i) *static_cast<double*>(a.operand[1]) += in(a, 0)[i];
  return kOk;
}
int gather(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t row = a.operand[1] ? static_cast<int32_t*>(a.operand[1])[a.dim[3] + i] : a.dim[3] + i;
    if (row < 0 || row >= a.dim[1]) return kBadRow;
    for (int64_t j = 0; j < a.dim[2]; ++j) out(a, 2)[i * a.dim[4] + j] = in(a, 0)[row * a.dim[2] + j];
  }
  return kOk;
}
int copy(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    for (int64_t j = 0; j < a.dim[1]; ++j) out(a, 1)[(a.dim[2] + i) * a.dim[1] + j] = in(a, 0)[i * a.dim[3] + j];
  }
  return kOk;
}
// Labels of 99 are bad.
int count_right(const KernelArgs& a, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const int32_t label = static_cast<int32_t*>(a.operand[1])[a.dim[3] + i];
    if (label == 99) return kBadLabel;
    out(a, 3)[i] = static_cast<float>(label);
  }
  return kOk;
}
int reverse(const KernelArgs& a, int64_t, int64_t) {
  for (int64_t i = 0; i < a.dim[0]; ++i) {
    static_cast<int32_t*>(a.operand[0])[i] = static_cast<int32_t>(a.dim[3] % 2 ? i : a.dim[0] - 1 - i);
  }
  return kOk;
}
int unused(const KernelArgs&, int64_t, int64_t) { return kOk; }

const KernelTable& kernels() {
  static const KernelTable table = [] {
    KernelTable t = {"test", {}};
    for (Kernel& kernel : t.kernel) kernel = unused;
    t.kernel[kOp_softmax] = halve_rows;
    t.kernel[kOp_columnSums] = sum_columns;
    t.kernel[kOp_sgd] = step;
    t.kernel[kOp_addToTotal] = add_up;
    t.kernel[kOp_gatherFloats] = gather;
    t.kernel[kOp_copyRows] = copy;
    t.kernel[kOp_sparseAccuracy] = count_right;
    t.kernel[kOp_shuffle] = reverse;
    return t;
  }();
  return table;
}

struct Operand {
  int space;
  double offset;
};

// Builds a plan as JavaScript does: out of words.
class Builder {
 public:
  Builder& op(Op op, std::vector<Operand> operands, std::vector<double> dims) {
    words_.push_back(op);
    for (const Operand& operand : operands) {
      words_.push_back(operand.space);
      words_.push_back(operand.offset);
    }
    words_.insert(words_.end(), dims.begin(), dims.end());
    return *this;
  }
  Plan plan(int threads) const {
    std::vector<Instruction> instructions;
    Slot advance;
    const Checked failure = decode_plan(words_.data(), words_.size(), instructions, advance);
    EXPECT_FALSE(failure) << failure->message;
    return {&kernels(), threads, std::move(instructions), advance};
  }

 private:
  std::vector<double> words_;
};

template <class T>
Array array_of(std::vector<T>& values, ElementType type) {
  return {true, values.data(), static_cast<int64_t>(values.size()), type};
}

constexpr int kColumns = 20, kLd = 32, kRowsInBatch = 7, kRowsOfData = 24;
constexpr int kSlot = kRowsInBatch * kLd;  // floats of scratch that one matrix takes
constexpr int kSlots = 5;

// Everything a run touches.
struct World {
  std::vector<float> params = std::vector<float>(4 * kLd, 1.0f);
  std::vector<float> state = std::vector<float>(4 * kLd, 2.0f);
  std::vector<float> scratch = std::vector<float>(kSlots * kSlot + 64);
  std::vector<double> totals = std::vector<double>(2);
  std::vector<float> output = std::vector<float>(kRowsOfData * kColumns);
  std::vector<float> x = std::vector<float>(kRowsOfData * kColumns);
  std::vector<int32_t> y = std::vector<int32_t>(kRowsOfData);
  std::vector<int32_t> rows = std::vector<int32_t>(kRowsOfData);
  std::vector<float> scalars = std::vector<float>(64, 0.125f);
  std::vector<double> history = std::vector<double>(2 * 8);
  std::vector<int32_t> control = std::vector<int32_t>(16);

  World() {
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 31) / 8;
    for (size_t i = 0; i < scratch.size(); ++i) scratch[i] = static_cast<float>(i % 17);
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i);
    for (size_t i = 0; i < scalars.size(); ++i) scalars[i] = 1.0f / static_cast<float>(8 + i);
  }

  Run run(const Plan& plan, int epochs) {
    Run r;
    r.pass = {&plan, array_of(x, ElementType::kF32), array_of(y, ElementType::kI32), kRowsOfData, kRowsInBatch};
    r.params = array_of(params, ElementType::kF32);
    r.state = array_of(state, ElementType::kF32);
    r.scratch = array_of(scratch, ElementType::kF32);
    r.totals = array_of(totals, ElementType::kF64);
    r.output = array_of(output, ElementType::kF32);
    r.rows = array_of(rows, ElementType::kI32);
    r.scalars = array_of(scalars, ElementType::kF32);
    r.history = array_of(history, ElementType::kF64);
    r.control = control.data();
    r.end_epoch = epochs;
    r.max_steps = 1000;
    r.scalars_stride = 1;
    return r;
  }

  bool operator==(const World& other) const {
    const auto same = [](const auto& a, const auto& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
    };
    return same(params, other.params) && same(state, other.state) && same(totals, other.totals) &&
           same(output, other.output) && same(rows, other.rows) && same(history, other.history);
  }
};

int execute_checked(const Run& run, Turn turn = Turn::kNow, const std::atomic<bool>* cancelled = nullptr) {
  std::unique_ptr<Bound> bound;
  const Checked failure = bind_run(run, bound);
  EXPECT_FALSE(failure) << failure->message;
  if (failure) return -1;
  return execute(run, *bound, turn, cancelled);
}

class ExecutorTest : public ::testing::Test {
 protected:
  void SetUp() override { before_ = set_threading_threshold(0); }
  void TearDown() override { set_threading_threshold(before_); }

 private:
  double before_ = 0;
};

// A plan at random. Its ops read what others have written, in ranges that overlap in part, divided in different ways.
Builder random_plan(std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto slot = [&](int s) { return Operand{kScratch, static_cast<double>(s * kSlot)}; };
  Builder builder;
  const int count = 3 + pick(10);
  for (int i = 0; i < count; ++i) {
    const int a = pick(kSlots), b = (a + 1 + pick(kSlots - 1)) % kSlots;
    const double shift = 16 * pick(4);
    const Operand part = {kScratch, a * kSlot + shift};
    switch (pick(7)) {
      case 0:
        builder.op(kOp_gatherFloats, {{kX, 0}, pick(2) ? Operand{kRows, 0} : Operand{kAbsent, 0}, slot(a)},
                   {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
        break;
      case 1:
      case 2:
        builder.op(kOp_softmax, {slot(a), slot(pick(3) ? b : a)}, {kRowsDim, kColumns, kLd});
        break;
      case 3:
        builder.op(kOp_columnSums, {slot(b), part}, {kRowsDim, kColumns, kLd});
        break;
      case 4:
        builder.op(kOp_sgd, {{pick(2) ? kParams : kState, shift}, part, {kScalars, 0}}, {2.0 * kLd});
        break;
      case 5:
        builder.op(kOp_addToTotal, {part, {kTotals, static_cast<double>(pick(2))}}, {kRowsDim});
        break;
      default:
        builder.op(kOp_copyRows, {slot(a), {kOutput, 0}}, {kRowsDim, kColumns, kFirstDim, kLd});
    }
  }
  return builder;
}

TEST_F(ExecutorTest, PlansAtRandomGiveTheSameBitsWithAnyNumberOfThreads) {
  std::mt19937 random(1);
  int divided = 0;
  for (int i = 0; i < 150; ++i) {
    const Builder builder = random_plan(random);
    Builder shuffle;
    shuffle.op(kOp_shuffle, {{kRows, 0}}, {kRowsOfData, 0, 0, kEpochDim});
    std::vector<World> worlds(4);
    for (int threads = 1; threads <= 4; ++threads) {
      World& world = worlds[static_cast<size_t>(threads - 1)];
      const Plan plan = builder.plan(threads), order = shuffle.plan(threads);
      plummet::Run run = world.run(plan, 3);
      run.shuffle = &order;
      EXPECT_EQ(execute_checked(run), kDone);
      EXPECT_TRUE(world == worlds[0]) << "plan " << i << ", " << threads << " threads";
      EXPECT_EQ(world.control[kEpochSlot], 3);
      EXPECT_EQ(world.control[kStepsSlot], 3 * 4);
      divided += world.control[kParallelOpsSlot] > 0;
    }
  }
  EXPECT_GT(divided, 300);
}

TEST_F(ExecutorTest, TheNumberOfThreadsMayChangeBetweenAnyTwoSteps) {
  set_threading_threshold(1);
  std::mt19937 random(2);
  int fewer = 0;
  for (int i = 0; i < 60; ++i) {
    const Builder builder = random_plan(random);
    Builder evaluation;
    evaluation.op(kOp_gatherFloats, {{kX, 0}, {kAbsent, 0}, {kScratch, 0}},
                  {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
    evaluation.op(kOp_softmax, {{kScratch, 0}, {kScratch, kSlot}}, {kRowsDim, kColumns, kLd});
    evaluation.op(kOp_addToTotal, {{kScratch, kSlot}, {kTotals, 1}}, {kRowsDim});
    std::vector<World> worlds(4);
    for (int threads = 1; threads <= 4; ++threads) {
      World& world = worlds[static_cast<size_t>(threads - 1)];
      const Plan plan = builder.plan(threads), evaluate = evaluation.plan(threads);
      // Without patience, trials and rests it changes as often as it can.
      plan.pace.keep(std::unique_ptr<Pace>(new Pace{TeamSize(threads, {0, 0, 0, 0}), {}}));
      plummet::Run run = world.run(plan, 1);
      run.evaluation = {&evaluate, run.pass.x, run.pass.y, kRowsOfData, 5};
      // What one run has learned the next one knows: so it is seen how they change.
      for (int epoch = 0; epoch < 8; ++epoch) {
        run.first_epoch = epoch;
        run.end_epoch = epoch + 1;
        EXPECT_EQ(execute_checked(run, i % 2 ? Turn::kWait : Turn::kNow), kDone);
        EXPECT_EQ(world.control[kEpochSlot], epoch + 1);
        EXPECT_EQ(world.control[kStepsSlot], 4);
        std::unique_ptr<Pace> pace = plan.pace.take();
        ASSERT_NE(pace, nullptr);
        fewer += pace->size.now() < threads;
        plan.pace.keep(std::move(pace));
      }
      EXPECT_TRUE(world == worlds[0]) << "plan " << i << ", " << threads << " threads";
    }
  }
  EXPECT_GT(fewer, 60);  // of 1440
}

Builder training() {
  Builder builder;
  builder.op(kOp_gatherFloats, {{kX, 0}, {kRows, 0}, {kScratch, 0}},
             {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
  builder.op(kOp_sparseAccuracy, {{kScratch, 0}, {kY, 0}, {kAbsent, 0}, {kScratch, kSlot}},
             {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
  // Depends on nothing that can fail, and yet must not happen in a step that fails.
  builder.op(kOp_sgd, {{kParams, 0}, {kParams, 64}, {kScalars, 0}}, {64});
  builder.op(kOp_columnSums, {{kScratch, 0}, {kState, 0}}, {kRowsDim, kColumns, kLd});
  builder.op(kOp_addToTotal, {{kScratch, kSlot}, {kTotals, 0}}, {kRowsDim});
  return builder;
}

TEST_F(ExecutorTest, NothingLastingIsWrittenAfterAnError) {
  for (const int bad : {0, 6, 9, 13, 14, 23}) {
    for (const bool label : {false, true}) {
      std::vector<World> worlds(5);
      for (int threads = 1; threads <= 4; ++threads) {
        World& world = worlds[static_cast<size_t>(threads)];
        const Plan plan = training().plan(threads);
        plummet::Run run = world.run(plan, 2);
        // What the whole batches before the bad one leave behind.
        World& good = worlds[0] = World();
        const Plan single = training().plan(1);
        plummet::Run before = good.run(single, 2);
        before.max_steps = bad / kRowsInBatch;
        EXPECT_EQ(execute_checked(before), kDone);
        if (label) {
          world.y[static_cast<size_t>(bad)] = 99;
        } else {
          world.rows[static_cast<size_t>(bad)] = kRowsOfData;
          good.rows = world.rows;
        }
        EXPECT_EQ(execute_checked(run), label ? kBadLabelStatus : kBadRowStatus);
        EXPECT_EQ(world.control[kStatusSlot], label ? kBadLabelStatus : kBadRowStatus);
        EXPECT_EQ(world.control[kEpochSlot], 0);
        EXPECT_EQ(world.control[kBatchSlot], bad / kRowsInBatch);
        EXPECT_EQ(world.control[kStepsSlot], bad / kRowsInBatch);
        EXPECT_TRUE(world == good) << bad << ", " << threads << " threads";
      }
    }
  }
}

TEST_F(ExecutorTest, OfTwoErrorsTheFirstCounts) {
  for (int threads = 1; threads <= 4; ++threads) {
    World world;
    world.rows[6] = -1;  // the last thread's
    world.y[0] = 99;     // the first thread's, in a later op
    const Plan plan = training().plan(threads);
    EXPECT_EQ(execute_checked(world.run(plan, 1)), kBadRowStatus) << threads;
  }
}

TEST_F(ExecutorTest, AnErrorInTheLastOpIsThatOfItsBatch) {
  // With no barrier after it the threads hear of the error at the beginning of the next batch, or at the end of all.
  for (const int bad : {2, 9, 23}) {
    for (int threads = 1; threads <= 4; ++threads) {
      World world;
      world.y[static_cast<size_t>(bad)] = 99;
      Builder builder;
      builder.op(kOp_sparseAccuracy, {{kScratch, 0}, {kY, 0}, {kAbsent, 0}, {kScratch, kSlot}},
                 {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
      const Plan plan = builder.plan(threads);
      EXPECT_EQ(execute_checked(world.run(plan, 1)), kBadLabelStatus);
      EXPECT_EQ(world.control[kEpochSlot], 0);
      EXPECT_EQ(world.control[kBatchSlot], bad / kRowsInBatch);
      EXPECT_EQ(world.control[kStepsSlot], bad / kRowsInBatch);
    }
  }
}

TEST_F(ExecutorTest, AnErrorInAnEvaluationLeavesTheEpochUnfinished) {
  for (int threads = 1; threads <= 3; ++threads) {
    World world;
    const Plan plan = training().plan(threads);
    Builder evaluation;
    evaluation.op(kOp_sparseAccuracy, {{kScratch, 0}, {kY, 0}, {kAbsent, 0}, {kScratch, kSlot}},
                  {kRowsDim, kSourceRowsDim, kColumns, kFirstDim, kLd});
    evaluation.op(kOp_addToTotal, {{kScratch, kSlot}, {kTotals, 1}}, {kRowsDim});
    const Plan evaluate = evaluation.plan(threads);
    std::vector<int32_t> labels(kRowsOfData, 1);
    plummet::Run run = world.run(plan, 2);
    run.evaluation = {&evaluate, run.pass.x, array_of(labels, ElementType::kI32), kRowsOfData, 5};
    labels[22] = 99;
    EXPECT_EQ(execute_checked(run), kBadLabelStatus);
    EXPECT_EQ(world.control[kEpochSlot], 0);
    EXPECT_EQ(world.control[kBatchSlot], 4);
    EXPECT_EQ(world.control[kStepsSlot], 4);
    // Once the label is mended the run goes on from there: the evaluation is repeated from its beginning.
    labels[22] = 1;
    run.first_batch = 4;
    run.scalars.data = world.scalars.data() + 4;
    run.scalars.length -= 4;
    EXPECT_EQ(execute_checked(run), kDone);
    EXPECT_EQ(world.history[1], 24);
    EXPECT_EQ(world.history[3], 24);
    EXPECT_EQ(world.control[kStepsSlot], 4);
  }
}

TEST_F(ExecutorTest, IsCancelledBetweenSteps) {
  for (int threads = 1; threads <= 3; ++threads) {
    World world;
    const Plan plan = training().plan(threads);
    std::atomic<bool> cancelled{true};
    EXPECT_EQ(execute_checked(world.run(plan, 2), Turn::kWait, &cancelled), kAborted);
    EXPECT_EQ(world.control[kStepsSlot], 0);
    EXPECT_TRUE(world == World());
  }
}

TEST_F(ExecutorTest, RunsShareThreadsBetweenSteps) {
  World alone;
  const Builder builder = training();
  const Plan single = builder.plan(1);
  plummet::Run expected = alone.run(single, 400);
  expected.scalars_stride = 0;
  expected.history = Array();
  EXPECT_EQ(execute_checked(expected), kDone);
  std::vector<World> worlds(6);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < worlds.size(); ++i) {
    threads.emplace_back([&, i] {
      const Plan plan = builder.plan(1 + static_cast<int>(i) % 3);
      plummet::Run run = worlds[i].run(plan, 400);
      run.scalars_stride = 0;
      run.history = Array();
      EXPECT_EQ(execute_checked(run, i % 2 ? Turn::kWait : Turn::kNow), kDone);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const World& world : worlds) EXPECT_TRUE(world == alone);
}

TEST_F(ExecutorTest, BarriersStandOnlyWhereDataAsksForThem) {
  World world;
  Builder builder;
  builder.op(kOp_softmax, {{kScratch, 0}, {kScratch, kSlot}}, {kRowsDim, kColumns, kLd});
  builder.op(kOp_softmax, {{kScratch, 0}, {kScratch, 2 * kSlot}}, {kRowsDim, kColumns, kLd});         // reads the same
  builder.op(kOp_columnSums, {{kScratch, kSlot}, {kScratch, 3 * kSlot}}, {kRowsDim, kColumns, kLd});  // reads the first
  builder.op(kOp_columnSums, {{kScratch, 2 * kSlot}, {kState, 0}}, {kRowsDim, kColumns, kLd});
  builder.op(kOp_softmax, {{kScratch, 4 * kSlot}, {kScratch, kSlot}},
             {kRowsDim, kColumns, kLd});  // overwrites what is read
  builder.op(kOp_addToTotal, {{kScratch, 4 * kSlot}, {kTotals, 0}}, {kRowsDim});
  builder.op(kOp_addToTotal, {{kScratch, 4 * kSlot}, {kTotals, 0}}, {kRowsDim});  // both on thread 0
  const Plan plan = builder.plan(2);
  std::unique_ptr<Bound> bound;
  ASSERT_FALSE(bind_run(world.run(plan, 1), bound));
  std::vector<bool> barriers;
  for (const Call& call : bound->train.calls) barriers.push_back(call.barrier);
  EXPECT_EQ(barriers, (std::vector<bool>{false, false, true, false, true, false, false}));
}

TEST_F(ExecutorTest, OneOpDirectlyOnArrays) {
  for (const double threshold : {0.0, 1e9}) {
    set_threading_threshold(threshold);
    std::vector<float> p(100, 1), g(100, 1), q(100, 0), hyper = {0.5f, 0};
    // The second execution reads what the first has written.
    const auto f32 = [](std::vector<float>& values) { return array_of(values, ElementType::kF32); };
    const Single single = {
        &kernels(), 3, kOp_sgd, {f32(p), f32(g), f32(hyper), f32(q), f32(p), f32(hyper)}, {100, 100}};
    int status = -1;
    ASSERT_FALSE(run_single(single, status));
    EXPECT_EQ(status, kDone);
    EXPECT_EQ(p, std::vector<float>(100, 0.5f));
    EXPECT_EQ(q, std::vector<float>(100, -0.25f));
  }
}

}  // namespace
}  // namespace plummet
