#include "leases.h"

#include <stdlib.h>

#include <algorithm>
#include <chrono>

#include "pool.h"
#include "processors.h"

namespace plummet {
namespace {

// An abort flag in memory shared with JavaScript tells nobody that it has changed, so those who wait look at it this
// often.
constexpr std::chrono::milliseconds kLook{2};

int process_budget() {
  if (const char* text = getenv("PLUMMET_THREADS")) {
    char* end = nullptr;
    const long threads = strtol(text, &end, 10);
    if (end != text && *end == '\0' && threads >= 1) return static_cast<int>(std::min<long>(threads, kMaxThreads));
  }
  return std::min(processors(), kMaxThreads);
}

}  // namespace

int Leases::take(int threads, const std::function<bool()>& cancelled) {
  const int need = std::min(threads, budget_);
  std::unique_lock<std::mutex> lock(mutex_);
  if (queue_.empty() && free_ >= need) {
    free_ -= need;
    return need;
  }
  const auto place = queue_.insert(queue_.end(), need);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  bool gone = false;
  while (!(place == queue_.begin() && free_ >= need)) {
    changed_.wait_for(lock, kLook);
    lock.unlock();
    gone = cancelled();
    lock.lock();
    if (gone) break;
  }
  queue_.erase(place);
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  if (!gone) free_ -= need;
  changed_.notify_all();  // the next in the queue may be first now
  return gone ? 0 : need;
}

int Leases::try_take(int threads) {
  const int need = std::min(threads, budget_);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!queue_.empty() || free_ < need) return 0;
  free_ -= need;
  return need;
}

void Leases::give_back(int threads) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_ += threads;
  changed_.notify_all();
}

Leases& leases() {
  static Leases& process_leases = *new Leases(process_budget());
  return process_leases;
}

}  // namespace plummet
