// Runs many steps of a plan in one call.
#pragma once
#include <atomic>

#include "bind.h"

namespace plummet {

enum class Turn {
  kWait,  // on a thread of its own: waits its turn for threads, and lets others have theirs between steps
  kNow,   // on the caller's thread: takes what threads are free at once, or none but its own
};

// Runs what `bind_run` has resolved and returns a Status. `cancelled` (may be null) stops it as the abort flag does.
int execute(const Run& run, Bound& bound, Turn turn, const std::atomic<bool>* cancelled);

}  // namespace plummet
