#include "../simd/avx512.h"

#include "loops.h"

PLUMMET_PROBE_TABLE(avx512)
