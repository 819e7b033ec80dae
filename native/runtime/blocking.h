// Which parts of a product fit in this processor's caches.
#pragma once
#include "../kernels/kernel.h"
#include "cpu.h"

namespace plummet {

// A panel's stretch of 32 columns fills the first cache; a slab's stretch takes three eighths of the second, which has
// the other matrices to hold as well. Where a size is not known, or odd, that of a common processor is taken.
Blocking blocking_for(const CacheSizes& sizes);

// For the processor at hand; found once.
const Blocking& blocking();

}  // namespace plummet
