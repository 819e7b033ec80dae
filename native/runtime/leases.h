// Who may compute now. The process has a budget of threads; a run leases what it needs, in the order of asking, and
// gives it back at a step's boundary when somebody waits. So eight fits at once run one after the other, a few
// milliseconds each, instead of all at once on two processors.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>

namespace plummet {

class Leases {
 public:
  explicit Leases(int budget) : budget_(budget), free_(budget) {}

  // Waits its turn for `threads` (at most the whole budget) and returns what it got, to be given back; 0 if `cancelled`
  // became true while it waited.
  int take(int threads, const std::function<bool()>& cancelled);

  // The same without waiting: 0 where the threads are not free or somebody waits for them.
  int try_take(int threads);

  void give_back(int threads);

  // Whether somebody waits: asked before every step, so it costs one load.
  bool wanted() const { return waiting_.load(std::memory_order_relaxed) > 0; }

  int budget() const { return budget_; }

 private:
  const int budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
  std::list<int> queue_;  // what each of those who wait needs, first come first
  std::atomic<int> waiting_{0};
};

// The process's budget: PLUMMET_THREADS, or else the processors this process may use.
Leases& leases();

}  // namespace plummet
