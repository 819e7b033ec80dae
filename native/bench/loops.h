// The loops of the probe, written once over Vec; included by one file for each instruction set.
#pragma once
#include "probe.h"

namespace plummet {
namespace {

// Enough to hide the latency of the units (4 cycles × 2 to 4 units), few enough to stay in registers.
constexpr int kChains = Vec::kWidth == 8 ? 12 : 16;

double fma_chains(int64_t rounds, float* values) {
  Vec sums[kChains];
  // Chains that begin alike are merged into one by compilers: each begins differently, by a value known at run time.
  for (int c = 0; c < kChains; ++c) sums[c] = Vec(values[c]);
  const Vec factor(values[kChains]);
  const Vec addend(values[kChains + 1]);
  for (int64_t r = 0; r < rounds; ++r) {
    for (int c = 0; c < kChains; ++c) sums[c] = fma(sums[c], factor, addend);
  }
  Vec total = sums[0];
  for (int c = 1; c < kChains; ++c) total = total + sums[c];
  values[0] = first_lane(total);
  return 2.0 * Vec::kWidth * kChains * static_cast<double>(rounds);
}

constexpr int kAtOnce = 8;
constexpr int kStreams = 4;

float read_all(const float* from, int64_t count) {
  Vec sums[kAtOnce];
  for (int c = 0; c < kAtOnce; ++c) sums[c] = Vec(0.0f);
  // Several streams at once, as kernels have them: a core alone gets more from memory so.
  const int64_t part = count / kStreams;
  constexpr int kEach = kAtOnce / kStreams;
  for (int64_t i = 0; i < part; i += kEach * Vec::kWidth) {
    for (int c = 0; c < kAtOnce; ++c) {
      sums[c] = sums[c] + Vec::load(from + c / kEach * part + i + c % kEach * Vec::kWidth);
    }
  }
  for (int c = 1; c < kAtOnce; ++c) sums[0] = sums[0] + sums[c];
  return first_lane(sums[0]);
}

void write_all(float* to, int64_t count, float value) {
  const Vec filled(value);
  for (int64_t i = 0; i < count; i += kAtOnce * Vec::kWidth) {
    for (int c = 0; c < kAtOnce; ++c) filled.store(to + i + c * Vec::kWidth);
  }
}

void copy_all(const float* from, float* to, int64_t count) {
  for (int64_t i = 0; i < count; i += kAtOnce * Vec::kWidth) {
    for (int c = 0; c < kAtOnce; ++c) Vec::load(from + i + c * Vec::kWidth).store(to + i + c * Vec::kWidth);
  }
}

}  // namespace
}  // namespace plummet

#define PLUMMET_PROBE_TABLE(isa)                                                 \
  namespace plummet {                                                            \
  extern const ProbeTable probe_##isa;                                           \
  const ProbeTable probe_##isa{#isa, fma_chains, read_all, write_all, copy_all}; \
  }
