#include "../runtime/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace plummet {
namespace {

struct Seen {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::multiset<int> numbers;
  int team = 0;

  static void note(void* context, int thread, int team) {
    Seen& seen = *static_cast<Seen*>(context);
    const std::lock_guard<std::mutex> lock(seen.mutex);
    seen.ids.insert(std::this_thread::get_id());
    seen.numbers.insert(thread);
    seen.team = team;
  }
};

TEST(Pool, RunsEveryNumberOnAThreadOfItsOwn) {
  Pool pool;
  EXPECT_EQ(pool.size(), 0);  // threads are made when they are needed
  for (const int team : {1, 2, 5, 3}) {
    Seen seen;
    pool.run(team, Seen::note, &seen);
    EXPECT_EQ(seen.team, team);
    EXPECT_EQ(seen.ids.size(), static_cast<size_t>(team));
    EXPECT_EQ(seen.ids.count(std::this_thread::get_id()), 1u);
    std::multiset<int> expected;
    for (int t = 0; t < team; ++t) expected.insert(t);
    EXPECT_EQ(seen.numbers, expected);
  }
  EXPECT_EQ(pool.size(), 4);  // and kept
  pool.stop();
  EXPECT_EQ(pool.size(), 0);
}

TEST(Pool, WakesThreadsThatHaveParked) {
  Pool pool;
  for (int i = 0; i < 5; ++i) {
    Seen seen;
    pool.run(3, Seen::note, &seen);
    EXPECT_EQ(seen.numbers.size(), 3u);
    std::this_thread::sleep_for(std::chrono::milliseconds(4));
  }
  pool.stop();
}

TEST(Pool, ServesManyCallersAtOnce) {
  Pool pool;
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        pool.run(
            3, [](void* context, int thread, int) { *static_cast<std::atomic<int64_t>*>(context) += 1 + thread; },
            &sum);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum.load(), 4 * 100 * (1 + 2 + 3));
  EXPECT_LE(pool.size(), 8);
  pool.stop();
}

TEST(Pool, StopWaitsForWhatWasPosted) {
  Pool pool;
  for (int round = 0; round < 3; ++round) {  // it can be used again
    std::atomic<int> done{0};
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(pool.post(
          [](void* context, int, int) {
            std::this_thread::sleep_for(std::chrono::milliseconds(3));
            ++*static_cast<std::atomic<int>*>(context);
          },
          &done));
    }
    pool.stop();
    EXPECT_EQ(done.load(), 3);
    EXPECT_EQ(pool.size(), 0);
  }
}

TEST(Pool, APostedRunMayAskForATeam) {
  Pool pool;
  struct Both {
    Pool* pool;
    Seen seen;
    std::atomic<bool> done{false};
  } both{&pool, {}, {}};
  pool.post(
      [](void* context, int, int) {
        Both& b = *static_cast<Both*>(context);
        b.pool->run(4, Seen::note, &b.seen);
        b.done = true;
      },
      &both);
  pool.stop();
  EXPECT_TRUE(both.done);
  EXPECT_EQ(both.seen.ids.size(), 4u);
  EXPECT_EQ(both.seen.ids.count(std::this_thread::get_id()), 0u);
}

}  // namespace
}  // namespace plummet
