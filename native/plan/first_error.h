// Which of several errors counts.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace plummet {

// Of all errors since the last barrier the one that counts is the first in the plan's order, on the first thread: the
// same as a single thread would find.
class FirstError {
 public:
  void reset() { first_.store(kNone, std::memory_order_relaxed); }
  void report(size_t call, int thread, int status) {
    const uint64_t mine =
        static_cast<uint64_t>(call) << 16 | static_cast<uint64_t>(thread) << 8 | static_cast<uint64_t>(status & 0xff);
    uint64_t held = first_.load(std::memory_order_relaxed);
    while (mine < held && !first_.compare_exchange_weak(held, mine, std::memory_order_relaxed)) {
    }
  }
  bool any() const { return first_.load(std::memory_order_relaxed) != kNone; }
  int status() const { return static_cast<int>(first_.load(std::memory_order_relaxed) & 0xff); }

 private:
  static constexpr uint64_t kNone = ~0ull;
  std::atomic<uint64_t> first_{kNone};
};

}  // namespace plummet
