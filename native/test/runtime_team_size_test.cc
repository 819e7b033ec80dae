#include "../runtime/team_size.h"

#include <gtest/gtest.h>

#include <vector>

namespace plummet {
namespace {

constexpr int64_t kMs = 1000000;
// Patience 6 ms, trials of 8 ms, rests of 12 to 100 ms.
constexpr TeamSize::Limits kLimits = {6 * kMs, 8 * kMs, 12 * kMs, 100 * kMs};

// A machine as a run meets it: what a step of one unit of work costs with so many threads, and what of that is waiting.
struct Step {
  int64_t time, lost;
};
using Machine = Step (*)(int threads);

Step quiet(int threads) { return {4 * kMs / threads, 0}; }
// A processor is taken by another: with two threads each step waits for it.
Step busy(int threads) { return threads == 1 ? Step{4 * kMs, 0} : Step{10 * kMs, 8 * kMs}; }
// Work that cannot be divided well: threads wait, and are worth having all the same.
Step uneven(int threads) { return threads == 1 ? Step{4 * kMs, 0} : Step{3 * kMs, 2 * kMs}; }

class Running {
 public:
  explicit Running(int most) : size_(most, kLimits) {}

  int now() const { return size_.now(); }
  int64_t time() const { return sofar_.time; }
  int looks() const { return looks_; }

  // Runs for some milliseconds as the executor does; returns the sizes that it had, one after the other.
  std::vector<int> run(Machine machine, int64_t milliseconds) {
    std::vector<int> sizes = {size_.now()};
    look(sizes);
    for (const int64_t end = sofar_.time + milliseconds * kMs; sofar_.time < end;) {
      const Step step = machine(size_.now());
      sofar_ = sofar_ + Effort{step.time, step.lost, 1};
      look(sizes);
    }
    return sizes;
  }

 private:
  void look(std::vector<int>& sizes) {
    while (size_.due(sofar_.lost)) {
      ++looks_;
      const bool changed = size_.look(sofar_);
      EXPECT_EQ(changed, size_.now() != sizes.back());
      if (!changed) return;
      sizes.push_back(size_.now());
    }
  }

  TeamSize size_;
  Effort sofar_;
  int looks_ = 0;
};

TEST(TeamSize, StaysWhereNothingWaitsAndDoesNotEvenLook) {
  Running run(4);
  EXPECT_EQ(run.run(quiet, 1000), (std::vector<int>{4}));
  EXPECT_EQ(run.looks(), 0);
}

TEST(TeamSize, IsOneWhereAnotherProcessTakesTheProcessor) {
  Running run(2);
  run.run(quiet, 20);
  EXPECT_EQ(run.run(busy, 40), (std::vector<int>{2, 1}));
}

TEST(TeamSize, ProbesMoreAndMoreSeldom) {
  Running run(2);
  run.run(busy, 40);
  std::vector<int64_t> probes;
  while (probes.size() < 6) {
    if (run.run(busy, 1).back() == 2) {
      probes.push_back(run.time() / kMs);
      while (run.now() == 2) run.run(busy, 1);
    }
    ASSERT_LT(run.time(), 3000 * kMs);
  }
  for (size_t i = 1; i + 1 < probes.size(); ++i) {
    const int64_t before = probes[i] - probes[i - 1], after = probes[i + 1] - probes[i];
    EXPECT_GE(after, before);
    EXPECT_LE(after, 130);  // the longest rest and what a probe takes
  }
  EXPECT_GE(probes[5] - probes[4], 100);
  EXPECT_LE(probes[1] - probes[0], 50);
}

TEST(TeamSize, ComesBackWhenTheMachineIsQuietAgain) {
  Running run(2);
  run.run(busy, 1000);
  const std::vector<int> sizes = run.run(quiet, 130);
  EXPECT_EQ(sizes.back(), 2);
  EXPECT_EQ(run.run(quiet, 1000), (std::vector<int>{2}));
}

TEST(TeamSize, OneLongWaitIsAnAccident) {
  Running run(2);
  const auto hiccup = [](int threads) { return Step{4 * kMs / threads + 5 * kMs, 5 * kMs}; };
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(run.run(hiccup, 1), (std::vector<int>{2}));  // one step
    EXPECT_EQ(run.run(quiet, 20), (std::vector<int>{2}));
  }
}

TEST(TeamSize, WaitsAloneProveNothing) {
  Running run(2);
  const int64_t milliseconds = 3000;
  int alone = 0;
  for (int64_t i = 0; i < milliseconds; i += 10) alone += run.run(uneven, 10).size() > 1;
  EXPECT_GT(alone, 2);       // it has tried …
  EXPECT_LT(alone, 2 * 50);  // … ever more seldom
  int at_two = 0;
  for (int i = 0; i < 100; ++i) {
    run.run(uneven, 1);
    at_two += run.now() == 2;
  }
  EXPECT_GT(at_two, 80);
}

TEST(TeamSize, LeavesNoMoreThreadsThanItMust) {
  // Eight threads where five have a processor of their own.
  const auto five = [](int threads) { return threads <= 5 ? Step{8 * kMs / threads, 0} : Step{10 * kMs, 8 * kMs}; };
  Running run(8);
  run.run(five, 60);
  for (const int size : run.run(five, 300)) EXPECT_TRUE(size >= 5) << size;  // and probes
  // Where fewer are slower, although threads wait, it goes back by one.
  const auto six = [](int threads) {
    return threads <= 4 ? Step{12 * kMs, 0} : threads <= 6 ? Step{5 * kMs, 49 * kMs / 10} : Step{20 * kMs, 18 * kMs};
  };
  Running other(8);
  std::vector<int> sizes = other.run(six, 100);
  sizes.resize(5);
  EXPECT_EQ(sizes, (std::vector<int>{8, 6, 5, 4, 6}));
}

TEST(TeamSize, FindsItsWayUpWhenAllAreTooMany) {
  // Three of four processors become free again.
  const auto three = [](int threads) { return threads <= 3 ? Step{6 * kMs / threads, 0} : Step{10 * kMs, 8 * kMs}; };
  const auto one = [](int threads) { return threads == 1 ? Step{6 * kMs, 0} : Step{10 * kMs, 8 * kMs}; };
  Running run(4);
  run.run(one, 200);
  run.run(three, 1500);
  for (const int size : run.run(three, 500)) EXPECT_TRUE(size == 3 || size == 4) << size;
}

TEST(TeamSize, OfOneThreadNeverChanges) {
  Running run(1);
  EXPECT_EQ(run.run([](int) { return Step{10 * kMs, 9 * kMs}; }, 1000), (std::vector<int>{1}));
}

TEST(Shelf, KeepsOneForWhoComesNext) {
  Shelf<int> shelf;
  EXPECT_EQ(shelf.take(), nullptr);
  shelf.keep(std::make_unique<int>(1));
  shelf.keep(std::make_unique<int>(2));
  const std::unique_ptr<int> taken = shelf.take();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(*taken, 2);
  EXPECT_EQ(shelf.take(), nullptr);
}

}  // namespace
}  // namespace plummet
