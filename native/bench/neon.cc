#include "../simd/neon.h"

#include "loops.h"

PLUMMET_PROBE_TABLE(neon)
