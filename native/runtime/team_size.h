// How many of its threads a run should use. Where other processes keep processors busy, threads that meet at barriers
// run as slowly as the one that has no processor, or slower; fewer are faster then. Whether they are is measured, never
// guessed: a size is left when its threads wait for each other a lot, and the other is kept only if the run goes
// faster. All sizes give the same bits, so a run may change between any two steps.
#pragma once
#include <stdint.h>

#include <atomic>
#include <memory>

namespace plummet {

// What a run has spent and done since it began.
struct Effort {
  int64_t time = 0;  // nanoseconds
  int64_t lost = 0;  // of them: how long threads have waited for each other, long waits only
  double work = 0;   // in any unit

  Effort operator-(const Effort& b) const { return {time - b.time, lost - b.lost, work - b.work}; }
  Effort operator+(const Effort& b) const { return {time + b.time, lost + b.lost, work + b.work}; }
  double rate() const { return work / static_cast<double>(time); }
};

class TeamSize {
 public:
  // Nanoseconds. A system lets a process have a processor for some milliseconds at a time: less than that is no trial.
  struct Limits {
    int64_t patience;                     // waits in short order that are no accident
    int64_t trial;                        // how long a size is measured
    int64_t shortest_rest, longest_rest;  // how long a verdict stands; one after the other twice as long
  };
  static constexpr Limits kLimits = {6000000, 8000000, 12000000, 500000000};

  explicit TeamSize(int most, const Limits& limits = kLimits)
      : most_(most), limits_(limits), size_(most), rest_(limits.shortest_rest) {}

  // From 1 to the most.
  int now() const { return size_; }

  // Whether `look` may have something to see: asked before every step, so it needs no clock.
  bool due(int64_t lost) const { return phase_ != kAll || lost - seen_.lost >= limits_.patience / 4; }

  // Between two steps. True: the size has changed.
  bool look(const Effort& sofar);

 private:
  enum Phase {
    kAll,    // all threads, until they wait for each other
    kTrial,  // fewer, against the rate of the size before
    kFewer,  // those were faster
    kProbe,  // all again, or some more, against the rate of fewer
  };

  bool troubled(const Effort& sofar);
  int more() const;
  int fewer() const;
  bool try_fewer(double rate);
  bool enter(Phase phase, int size);
  void stand(int64_t time);

  const int most_;
  const Limits limits_;
  Phase phase_ = kAll;
  int size_;
  bool entered_ = true;     // nothing has been seen of this phase
  Effort begin_;            // of the phase; kAll: of the waits
  Effort seen_;             // at the last look
  int64_t waits_ = 0;       // long ones, less what has been forgiven since
  int other_ = 0;           // the size that this one is measured against
  double rate_ = 0;         // of that
  bool probe_all_ = true;   // at the next probe, not only some more
  bool settled_ = false;    // kFewer: no fewer are tried before the next probe
  bool fewer_won_ = false;  // in the last trial
  int64_t until_ = 0;       // a verdict stands
  int64_t rest_;            // how long the next one will
};

// What runs learn, one after the other.
struct Pace {
  TeamSize size;
  Effort effort;  // as far as it has looked
};

// Keeps one object for whoever comes next. Who finds none, because another has it, makes one.
template <class T>
class Shelf {
 public:
  Shelf() = default;
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;
  ~Shelf() { delete kept_.load(std::memory_order_relaxed); }

  std::unique_ptr<T> take() { return std::unique_ptr<T>(kept_.exchange(nullptr, std::memory_order_acquire)); }
  void keep(std::unique_ptr<T> object) { delete kept_.exchange(object.release(), std::memory_order_acq_rel); }

 private:
  std::atomic<T*> kept_{nullptr};
};

}  // namespace plummet
