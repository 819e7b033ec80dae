// Waiting for something that another thread is about to do: spin while it is likely to come within microseconds, then
// let others have the processor.
#pragma once
#include <chrono>
#include <thread>

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace plummet {

inline void pause_processor() {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_IX86))
  _mm_pause();
#elif defined(_MSC_VER) && defined(_M_ARM64)
  __yield();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class Spinner {
 public:
  using Clock = std::chrono::steady_clock;

  // Waits a moment, longer the longer it has waited. Reads the clock only now and then: that costs more than a pause.
  void wait() {
    if (++turns_ < kTurnsBetweenLooks) return pause_processor();
    turns_ = yielding_ ? kTurnsBetweenLooks : 0;
    const Clock::time_point now = Clock::now();
    if (began_ == Clock::time_point()) began_ = now;
    waited_ = now - began_;
    if (waited_ < kSpin) return;
    yielding_ = true;
    std::this_thread::yield();
  }

  bool longer_than(Clock::duration limit) const { return waited_ > limit; }

  // Whether the wait has become a long one, and how long it has been up to now.
  bool yielding() const { return yielding_; }
  Clock::duration waited() const { return Clock::now() - began_; }

 private:
  static constexpr int kTurnsBetweenLooks = 32;
  static constexpr std::chrono::microseconds kSpin{10};

  int turns_ = 0;
  bool yielding_ = false;
  Clock::time_point began_{};
  Clock::duration waited_{};
};

}  // namespace plummet
