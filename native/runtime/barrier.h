// A barrier for a team of threads that also carries a word: what thread 0 has decided, and whether somebody has failed.
// The words travel with the signals themselves, so all threads leave with the same one.
// Hensgen, Finkel and Manber 1988, the dissemination barrier: in round r thread t signals thread t + 2^r and waits for
// thread t - 2^r. Each thread waits on a cache line of its own, and two threads need one exchange: half the time of a
// counter that both increment.
#pragma once
#include <stdint.h>

#include <atomic>
#include <memory>

#include "spin.h"

namespace plummet {

class Barrier {
 public:
  // In the order of weight: of several words the heaviest is heard.
  enum Word : uint32_t { kGo = 0, kStop = 1, kPause = 2, kFailed = 3 };

  explicit Barrier(int threads) : threads_(threads), lines_(new Line[static_cast<size_t>(threads)]) { reset(); }

  // Before anybody arrives.
  void reset() {
    for (int t = 0; t < threads_; ++t) {
      for (auto& signals : lines_[static_cast<size_t>(t)].signal) {
        for (std::atomic<uint32_t>& signal : signals) signal.store(0, std::memory_order_relaxed);
      }
    }
  }

  // Waits for the other threads of the team, and says the heaviest word of all. `meetings` is the thread's own count,
  // from 0.
  Word meet(int thread, int team, uint32_t& meetings, Word mine) {
    ++meetings;
    // Who signals may be one meeting ahead of who reads, never two: so two sets of signals are enough.
    const uint32_t set = meetings & 1;
    uint32_t word = mine;
    for (int round = 0, distance = 1; distance < team; ++round, distance *= 2) {
      const int to = thread + distance < team ? thread + distance : thread + distance - team;
      line(to).signal[set][round].store(meetings << 2 | word, std::memory_order_release);
      const uint32_t heard = wait_for(line(thread), set, round, meetings);
      if (heard > word) word = heard;
    }
    return static_cast<Word>(word);
  }

  // Nanoseconds that threads have waited for each other, all together. Only long waits count.
  int64_t lost() const {
    int64_t sum = 0;
    for (int t = 0; t < threads_; ++t) sum += line(t).lost.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  static constexpr int kRounds = 8;  // for 256 threads

  struct Line {
    // What others signal to one thread: the number of the meeting and a word.
    alignas(64) std::atomic<uint32_t> signal[2][kRounds];
    // What the thread says of itself.
    alignas(64) std::atomic<int64_t> lost{0};
  };

  Line& line(int thread) { return lines_[static_cast<size_t>(thread)]; }
  const Line& line(int thread) const { return lines_[static_cast<size_t>(thread)]; }

  static uint32_t wait_for(Line& line, uint32_t set, int round, uint32_t meeting) {
    const std::atomic<uint32_t>& signal = line.signal[set][round];
    for (Spinner spinner;; spinner.wait()) {
      const uint32_t value = signal.load(std::memory_order_acquire);
      if (((value ^ meeting << 2) & ~3u) != 0) continue;
      if (spinner.yielding()) {
        const std::chrono::nanoseconds waited = spinner.waited();
        line.lost.store(line.lost.load(std::memory_order_relaxed) + waited.count(), std::memory_order_relaxed);
      }
      return value & 3;
    }
  }

  const int threads_;
  const std::unique_ptr<Line[]> lines_;
};

}  // namespace plummet
