#include "../runtime/barrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace plummet {
namespace {

// Runs `body(thread)` on `count` threads.
template <class Body>
void on_threads(int count, Body body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(body, t);
  for (std::thread& thread : threads) thread.join();
}

constexpr auto kNobodyFailed = [] { return false; };

TEST(Barrier, NobodyGoesOnBeforeAllHaveArrived) {
  for (const int team : {2, 3, 4}) {
    Barrier barrier;
    constexpr int kRounds = 300;
    // Plain memory: what one thread writes before a meeting all others read after it.
    std::vector<int> written(static_cast<size_t>(team));
    std::atomic<int> wrong{0};
    on_threads(team, [&](int t) {
      uint32_t meetings = 0;
      for (int round = 1; round <= kRounds; ++round) {
        written[static_cast<size_t>(t)] = round;
        barrier.meet(team, meetings, kNobodyFailed);
        for (const int value : written) wrong += value != round;
        barrier.meet(team, meetings, kNobodyFailed);
      }
    });
    EXPECT_EQ(wrong.load(), 0);
  }
}

TEST(Barrier, AllHearWhatThreadZeroHasDecided) {
  constexpr int kTeam = 3;
  Barrier barrier;
  std::vector<int> heard[kTeam];
  on_threads(kTeam, [&](int t) {
    uint32_t meetings = 0;
    for (int round = 0; round < 200; ++round) {
      const Barrier::Word mine = round % 7 == 3 ? Barrier::kPause : round == 199 ? Barrier::kStop : Barrier::kGo;
      if (t == 0 && mine != Barrier::kGo) barrier.decide(mine);
      heard[t].push_back(barrier.meet(kTeam, meetings, kNobodyFailed));
    }
  });
  for (int round = 0; round < 200; ++round) {
    const int expected = round % 7 == 3 ? Barrier::kPause : round == 199 ? Barrier::kStop : Barrier::kGo;
    for (const auto& words : heard) EXPECT_EQ(words[static_cast<size_t>(round)], expected) << round;
  }
}

TEST(Barrier, AFailureIsHeardByAllAtTheSameMeeting) {
  constexpr int kTeam = 3;
  for (int failing = 0; failing < kTeam; ++failing) {
    Barrier barrier;
    std::atomic<bool> failed{false};
    std::vector<int> left(kTeam);
    on_threads(kTeam, [&](int t) {
      uint32_t meetings = 0;
      for (int round = 0;; ++round) {
        // Set while others may still be on their way out of the last meeting: they must not hear of it there.
        if (t == failing && round == 50) failed.store(true, std::memory_order_relaxed);
        if (barrier.meet(kTeam, meetings, [&] { return failed.load(std::memory_order_relaxed); }) == Barrier::kFailed) {
          left[static_cast<size_t>(t)] = round;
          return;
        }
      }
    });
    for (const int round : left) EXPECT_EQ(round, 50);
  }
}

}  // namespace
}  // namespace plummet
