// Where a plan needs barriers: an op must not touch bytes that another thread may still be working on.
#pragma once
#include <stdint.h>

#include <vector>

#include "plan.h"

namespace plummet {

// What an op touches.
struct Touched {
  struct Range {
    const char* begin;
    const char* end;
    bool written;
  };
  Range ranges[kMaxOperands + kMaxConditions];
  int count;
  bool divided;   // among threads; otherwise thread 0 does it alone
  bool fallible;  // may find a bad row or label
  bool lasting;   // writes what outlives the step: all but scratch

  void add(const void* data, int64_t bytes, Access access, bool outlives) {
    const char* begin = static_cast<const char*>(data);
    if (bytes > 0) ranges[count++] = {begin, begin + bytes, access != Access::kRead};
    lasting |= outlives && access != Access::kRead;
  }
};

class Hazards {
 public:
  // Whether the op has to wait for those since the last barrier; it then counts as one of those since the last barrier.
  bool barrier_before(const Touched& op) {
    bool needed = false;
    for (const Touched& earlier : since_) needed |= conflict(earlier, op);
    if (needed) since_.clear();
    since_.push_back(op);
    return needed;
  }

 private:
  static bool conflict(const Touched& a, const Touched& b) {
    if (!a.divided && !b.divided) return false;  // both on thread 0, in order
    // An error must be known before anything lasting is written.
    if (a.fallible && b.lasting) return true;
    for (int i = 0; i < a.count; ++i) {
      for (int j = 0; j < b.count; ++j) {
        const Touched::Range &x = a.ranges[i], &y = b.ranges[j];
        if ((x.written || y.written) && x.begin < y.end && y.begin < x.end) return true;
      }
    }
    return false;
  }

  std::vector<Touched> since_;
};

}  // namespace plummet
