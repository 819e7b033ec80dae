#include "../runtime/leases.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
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
        EXPECT_EQ(got, std::min(1 + t % 5, 3));  // who asks for more than there is gets all
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

TEST(Leases, AreGivenInTheOrderOfAsking) {
  Leases leases(2);
  ASSERT_EQ(leases.take(2, kNever), 2);
  std::vector<int> order;
  std::vector<std::thread> threads;
  std::atomic<int> asking{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      // The first of them asks for both threads: those after it that would need one only must not overtake it.
      const int got = leases.take(t == 0 ? 2 : 1, [&] {
        asking.store(t + 1);
        return false;
      });
      static std::mutex mutex;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        order.push_back(t);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      leases.give_back(got);
    });
    while (asking.load() <= t) std::this_thread::yield();
  }
  EXPECT_TRUE(leases.wanted());
  EXPECT_EQ(leases.try_take(1), 0);
  leases.give_back(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(leases.try_take(1), 0);  // one is free, but somebody waits for two
  leases.give_back(1);
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(order.size(), 4u);
  EXPECT_EQ(order[0], 0);
  EXPECT_EQ(order[3], 3);
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
