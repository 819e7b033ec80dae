// Who may compute now. The process has a budget of threads, and the runs that want to compute share it: each has its
// part of the threads where there are enough for all, and otherwise they take turns, in the order of asking, a few
// milliseconds each. A run gives back what it holds at a step's boundary, and asks again.
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

  // Waits its turn and returns how many threads it got, to be given back: those it wants, or its share of the budget if
  // that is less. 0 if `cancelled` became true while it waited.
  int take(int wanted, const std::function<bool()>& cancelled);

  // The same without waiting, and all that is wanted (at most the whole budget) or nothing: 0 where the threads are not
  // free or somebody waits for them.
  int try_take(int wanted);

  void give_back(int threads);

  // Both are asked before every step, so they cost a load. Whether somebody waits:
  bool wanted() const { return waiting_.load(std::memory_order_relaxed) > 0; }
  // Whether a run that holds this many and wants that many would get more if it asked again.
  bool more_for(int held, int wanted) const { return held < wanted && held < largest_.load(std::memory_order_relaxed); }

  int budget() const { return budget_; }

 private:
  struct Place {
    int wanted;
    std::condition_variable turn;
  };

  // What a run may have of the budget, if all had the same: at least, and at most where it cannot be divided.
  int least_share() const;
  int largest_share() const;
  void changed();

  const int budget_;
  std::mutex mutex_;
  int free_;
  int holders_ = 0;              // runs that hold threads
  std::list<Place> queue_;       // those who wait, first come first
  std::atomic<int> waiting_{0};  // how many they are
  std::atomic<int> largest_{0};  // what a run could have; 0 where no thread is free
};

// The process's budget: PLUMMET_THREADS, or else the processors this process may use.
Leases& leases();

}  // namespace plummet
