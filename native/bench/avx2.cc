#include "../simd/avx2.h"

#include "loops.h"

PLUMMET_PROBE_TABLE(avx2)
