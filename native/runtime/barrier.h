// A barrier for a team of threads that also carries a word: what thread 0 has decided, and whether somebody has failed.
// The word is published with the release itself, so all threads see the same one and leave together.
#pragma once
#include <stdint.h>

#include <atomic>

#include "spin.h"

namespace plummet {

class Barrier {
 public:
  enum Word : uint32_t { kGo = 0, kStop = 1, kPause = 2, kFailed = 3 };

  // Before anybody arrives.
  void reset() {
    arrived_.store(0, std::memory_order_relaxed);
    release_.store(0, std::memory_order_relaxed);
    decision_.store(kGo, std::memory_order_relaxed);
  }

  // What thread 0 wants the next meeting to say; only thread 0 calls it, before it arrives.
  void decide(Word word) { decision_.store(word, std::memory_order_relaxed); }

  // Waits for the other threads of the team. `meetings` is the thread's own count, from 0. `failed` is asked by the
  // last to arrive, when all have arrived.
  template <class Failed>
  Word meet(int team, uint32_t& meetings, Failed failed) {
    ++meetings;
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == team) {
      Word word = static_cast<Word>(decision_.load(std::memory_order_relaxed));
      if (failed()) word = kFailed;
      decision_.store(kGo, std::memory_order_relaxed);
      arrived_.store(0, std::memory_order_relaxed);
      release_.store(meetings << 2 | word, std::memory_order_release);
      return word;
    }
    Spinner spinner;
    for (;;) {
      const uint32_t release = release_.load(std::memory_order_acquire);
      if (((release ^ meetings << 2) & ~3u) == 0) return static_cast<Word>(release & 3);
      spinner.wait();
    }
  }

 private:
  // On cache lines of their own: those who wait read `release_` while others still arrive.
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> release_{0};
  alignas(64) std::atomic<uint32_t> decision_{kGo};
};

}  // namespace plummet
