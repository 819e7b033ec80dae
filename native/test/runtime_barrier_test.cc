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

TEST(Barrier, NobodyGoesOnBeforeAllHaveArrived) {
  for (const int team : {2, 3, 4, 7}) {
    Barrier barrier(team);
    constexpr int kRounds = 300;
    // Plain memory: what one thread writes before a meeting all others read after it.
    std::vector<int> written(static_cast<size_t>(team));
    std::atomic<int> wrong{0};
    on_threads(team, [&](int t) {
      uint32_t meetings = 0;
      for (int round = 1; round <= kRounds; ++round) {
        written[static_cast<size_t>(t)] = round;
        barrier.meet(t, team, meetings, Barrier::kGo);
        for (const int value : written) wrong += value != round;
        barrier.meet(t, team, meetings, Barrier::kGo);
      }
    });
    EXPECT_EQ(wrong.load(), 0) << team;
  }
}

TEST(Barrier, ServesATeamSmallerThanItWasMadeFor) {
  Barrier barrier(8);
  std::atomic<int> met{0};
  on_threads(3, [&](int t) {
    uint32_t meetings = 0;
    for (int i = 0; i < 100; ++i) met += barrier.meet(t, 3, meetings, Barrier::kGo) == Barrier::kGo;
  });
  EXPECT_EQ(met.load(), 300);
  uint32_t meetings = 0;
  EXPECT_EQ(barrier.meet(0, 1, meetings, Barrier::kStop), Barrier::kStop);  // alone nobody waits
}

TEST(Barrier, AllHearWhatThreadZeroHasDecided) {
  for (const int team : {2, 3, 5}) {
    Barrier barrier(team);
    const auto decision = [](int round) {
      return round % 7 == 3 ? Barrier::kPause : round % 11 == 9 ? Barrier::kStop : Barrier::kGo;
    };
    std::vector<std::vector<Barrier::Word>> heard(static_cast<size_t>(team));
    on_threads(team, [&](int t) {
      uint32_t meetings = 0;
      for (int round = 0; round < 200; ++round) {
        const Barrier::Word mine = t == 0 ? decision(round) : Barrier::kGo;
        heard[static_cast<size_t>(t)].push_back(barrier.meet(t, team, meetings, mine));
      }
    });
    for (size_t round = 0; round < 200; ++round) {
      for (const auto& words : heard) EXPECT_EQ(words[round], decision(static_cast<int>(round))) << round;
    }
  }
}

TEST(Barrier, AFailureIsHeardByAllAtTheSameMeeting) {
  constexpr int kTeam = 5;
  for (int failing = 0; failing < kTeam; ++failing) {
    Barrier barrier(kTeam);
    std::vector<int> left(kTeam);
    on_threads(kTeam, [&](int t) {
      uint32_t meetings = 0;
      for (int round = 0;; ++round) {
        Barrier::Word mine = t == 0 && round == 50 ? Barrier::kStop : Barrier::kGo;
        if (t == failing && round == 50) mine = Barrier::kFailed;  // outweighs what thread 0 wants
        const Barrier::Word word = barrier.meet(t, kTeam, meetings, mine);
        if (word == Barrier::kGo) continue;
        EXPECT_EQ(word, Barrier::kFailed);
        left[static_cast<size_t>(t)] = round;
        return;
      }
    });
    for (const int round : left) EXPECT_EQ(round, 50);
  }
}

}  // namespace
}  // namespace plummet
