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

int Leases::take(int wanted, const std::function<bool()>& cancelled) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto place = queue_.emplace(queue_.end());
  place->wanted = wanted;
  changed();
  while (!(place == queue_.begin() && free_ >= std::min(wanted, least_share()))) {
    place->turn.wait_for(lock, kLook);
    lock.unlock();
    const bool gone = cancelled();
    lock.lock();
    if (!gone) continue;
    queue_.erase(place);
    changed();
    return 0;
  }
  const int got = std::min({wanted, largest_share(), free_});
  queue_.erase(place);
  free_ -= got;
  ++holders_;
  changed();
  return got;
}

int Leases::try_take(int wanted) {
  const int need = std::min(wanted, budget_);
  std::lock_guard<std::mutex> lock(mutex_);
  if (!queue_.empty() || free_ < need) return 0;
  free_ -= need;
  ++holders_;
  changed();
  return need;
}

void Leases::give_back(int threads) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_ += threads;
  --holders_;
  changed();
}

int Leases::least_share() const {
  const int runs = std::max(holders_ + static_cast<int>(queue_.size()), 1);
  return std::max(budget_ / runs, 1);
}

int Leases::largest_share() const {
  const int runs = std::max(holders_ + static_cast<int>(queue_.size()), 1);
  return (budget_ + runs - 1) / runs;
}

void Leases::changed() {
  waiting_.store(static_cast<int>(queue_.size()), std::memory_order_relaxed);
  largest_.store(free_ > 0 ? largest_share() : 0, std::memory_order_relaxed);
  if (!queue_.empty()) queue_.front().turn.notify_one();
}

Leases& leases() {
  static Leases& process_leases = *new Leases(process_budget());
  return process_leases;
}

}  // namespace plummet
