// Plans on arrays, read and checked: what the function that `prepare` makes runs.
#pragma once
#include <napi.h>

#include <memory>

#include "../plan/bind.h"

namespace plummet {

struct Prepared {
  std::shared_ptr<const Plan> plans[3];
  Run run;                          // on the arrays that the function keeps alive
  const double* command = nullptr;  // its numbers, read at each call
  std::unique_ptr<Bound> bound;     // what the last call has resolved; away while a thread runs it
  napi_ref function = nullptr;      // weak
};

}  // namespace plummet
