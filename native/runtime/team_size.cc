#include "team_size.h"

#include <algorithm>

namespace plummet {
namespace {

// Of the time that passes this part of waits is forgiven: below it, threads are worth having in any case.
constexpr int64_t kForgiven = 3;

// So much faster than fewer threads all of them must be to be taken again: they need processors that others could use.
constexpr double kWorthwhile = 1.1;

}  // namespace

bool TeamSize::look(const Effort& sofar) {
  if (most_ == 1) return false;
  if (entered_) {
    entered_ = false;
    begin_ = seen_ = sofar;
    waits_ = 0;
    return false;
  }
  const bool trouble = troubled(sofar);
  const Effort phase = sofar - begin_;
  if (phase.work <= 0) return false;
  switch (phase_) {
    case kAll:
      if (!trouble || sofar.time < until_) return false;
      // What was learned in other times counts no more.
      if (sofar.time - until_ > (fewer_won_ ? limits_.shortest_rest : limits_.longest_rest)) {
        rest_ = limits_.shortest_rest;
      }
      settled_ = false;
      return try_fewer(phase.rate());
    case kTrial: {
      if (phase.time < limits_.trial) return false;
      const bool faster = phase.rate() > rate_;
      // Still too many to tell.
      if (!faster && trouble && size_ > 1) return enter(kTrial, fewer());
      if (!faster && other_ < most_) {
        settled_ = true;
        return enter(kFewer, other_);
      }
      fewer_won_ = faster;
      stand(sofar.time);
      return faster ? enter(kFewer, size_) : enter(kAll, most_);
    }
    case kFewer:
      if (trouble && !settled_ && size_ > 1) return try_fewer(phase.rate());
      if (sofar.time < until_) return false;
      rate_ = phase.rate();
      other_ = size_;
      return enter(kProbe, probe_all_ ? most_ : more());
    case kProbe: {
      if (!trouble && phase.time < limits_.trial) return false;
      if (phase.rate() > kWorthwhile * rate_) {
        until_ = sofar.time;
        probe_all_ = true;
        return enter(size_ == most_ ? kAll : kFewer, size_);
      }
      // All in vain: next time only some more.
      probe_all_ = !probe_all_;
      stand(sofar.time);
      settled_ = false;
      return enter(kFewer, other_);
    }
  }
  return false;
}

// Waits fill a bucket that time empties: one of a few milliseconds is an accident, several are not. What is measured
// begins with the first of them; without patience it is all trouble.
bool TeamSize::troubled(const Effort& sofar) {
  const Effort since = sofar - seen_;
  seen_ = sofar;
  waits_ = std::max<int64_t>(0, waits_ - since.time / kForgiven);
  if (phase_ == kAll && waits_ == 0 && limits_.patience > 0) begin_ = sofar;
  waits_ += since.lost;
  return waits_ >= limits_.patience;
}

// A quarter fewer, so that also large teams are soon small enough.
int TeamSize::more() const { return std::min(most_, size_ + std::max(1, size_ / 4)); }
int TeamSize::fewer() const { return size_ - std::max(1, size_ / 4); }

bool TeamSize::try_fewer(double rate) {
  rate_ = rate;
  other_ = size_;
  return enter(kTrial, fewer());
}

bool TeamSize::enter(Phase phase, int size) {
  const bool changed = size != size_;
  phase_ = phase;
  size_ = size;
  entered_ = true;
  return changed;
}

// A verdict stands for some time, and the next one for twice as long.
void TeamSize::stand(int64_t time) {
  until_ = time + rest_;
  rest_ = std::min(2 * rest_, limits_.longest_rest);
}

}  // namespace plummet
