#include "../runtime/leases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace plummet {
namespace {

const auto kNever = [] { return false; };

TEST(Leases, NeverGiveOutMoreThanTheBudget) {
  Leases leases(3);
  std::atomic<int> out{0}, most{0}, turns{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const int got = leases.take(1 + t % 5, kNever);
        EXPECT_GE(got, 1);
        EXPECT_LE(got, std::min(1 + t % 5, 3));
        const int now = out += got;
        int held = most.load();
        while (now > held && !most.compare_exchange_weak(held, now)) {
        }
        ++turns;
        out -= got;
        leases.give_back(got);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), 3);
  EXPECT_EQ(turns.load(), 8 * 50);
  EXPECT_EQ(leases.try_take(3), 3);  // all came back
}

// Runs that ask one after the other, each on a thread of its own, and hold what they get until told.
class Runs {
 public:
  explicit Runs(Leases& leases) : leases_(leases) {}
  ~Runs() {
    for (std::thread& thread : threads_) thread.join();
  }

  // Returns as soon as it stands in the queue, or has been served.
  void ask(int wanted) {
    const int number = static_cast<int>(threads_.size());
    std::atomic<bool> asked{false};
    threads_.emplace_back([this, number, wanted, &asked] {
      bool told = false;
      const int got = leases_.take(wanted, [&] {
        if (!told) asked = told = true;
        return false;
      });
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        served_.push_back({number, got});
      }
      if (!told) asked = true;
    });
    while (!asked) std::this_thread::yield();
  }

  // Waits until so many have been served; each as {number, threads}.
  std::vector<std::pair<int, int>> served(size_t count) {
    for (;;) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (served_.size() >= count) return served_;
      }
      std::this_thread::yield();
    }
  }

 private:
  Leases& leases_;
  std::mutex mutex_;
  std::vector<std::pair<int, int>> served_;
  std::vector<std::thread> threads_;
};

using Served = std::vector<std::pair<int, int>>;

// Who is served at the same time has no order.
Served sorted(Served served) {
  std::sort(served.begin(), served.end());
  return served;
}

TEST(Leases, AreGivenInTheOrderOfAsking) {
  Leases leases(1);
  ASSERT_EQ(leases.take(1, kNever), 1);
  Runs runs(leases);
  for (const int wanted : {3, 1, 2}) runs.ask(wanted);
  EXPECT_TRUE(leases.wanted());
  for (size_t count = 1; count <= 3; ++count) {
    EXPECT_EQ(leases.try_take(1), 0);
    leases.give_back(1);
    EXPECT_EQ(runs.served(count).back(), (std::pair<int, int>{static_cast<int>(count) - 1, 1}));
  }
  EXPECT_FALSE(leases.wanted());
}

TEST(Leases, AreSharedByThoseWhoWantThem) {
  Leases leases(8);
  EXPECT_EQ(leases.take(8, kNever), 8);  // alone it has all
  Runs runs(leases);
  runs.ask(8);
  runs.ask(8);
  leases.give_back(8);
  EXPECT_EQ(sorted(runs.served(2)), (Served{{0, 4}, {1, 4}}));
  EXPECT_FALSE(leases.more_for(4, 8));
  leases.give_back(4);
  EXPECT_TRUE(leases.more_for(4, 8));
  EXPECT_FALSE(leases.more_for(4, 4));  // it wants no more
  leases.give_back(4);
  EXPECT_EQ(leases.take(8, kNever), 8);
}

TEST(Leases, OneEachWhereThereAreMoreRunsThanThreads) {
  Leases leases(2);
  ASSERT_EQ(leases.take(2, kNever), 2);
  Runs runs(leases);
  for (int i = 0; i < 4; ++i) runs.ask(2);
  leases.give_back(2);
  EXPECT_EQ(sorted(runs.served(2)), (Served{{0, 1}, {1, 1}}));
  leases.give_back(1);
  EXPECT_EQ(runs.served(3).back(), (std::pair<int, int>{2, 1}));
  leases.give_back(1);
  EXPECT_EQ(runs.served(4).back(), (std::pair<int, int>{3, 1}));
  EXPECT_FALSE(leases.wanted());
}

TEST(Leases, WhoGivesUpLeavesTheQueue) {
  Leases leases(1);
  ASSERT_EQ(leases.take(1, kNever), 1);
  std::atomic<bool> give_up{false};
  std::thread impatient([&] { EXPECT_EQ(leases.take(1, [&] { return give_up.load(); }), 0); });
  while (!leases.wanted()) std::this_thread::yield();
  std::thread patient([&] {
    EXPECT_EQ(leases.take(1, kNever), 1);
    leases.give_back(1);
  });
  give_up = true;
  impatient.join();
  leases.give_back(1);
  patient.join();
  EXPECT_EQ(leases.try_take(1), 1);
}

TEST(Leases, WithoutWaiting) {
  Leases leases(2);
  EXPECT_EQ(leases.try_take(5), 2);
  EXPECT_EQ(leases.try_take(1), 0);
  leases.give_back(2);
  EXPECT_EQ(leases.try_take(1), 1);
  EXPECT_EQ(leases.try_take(2), 0);
  EXPECT_EQ(leases.try_take(1), 1);
}

}  // namespace
}  // namespace plummet
