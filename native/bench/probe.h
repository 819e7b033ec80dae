// What the machine can do at most, for the benchmarks: loops that do nothing but multiply and add, read, write or copy.
// Built on demand by bench/lib/probe.mjs into an executable of its own; no part of the addon.
#pragma once
#include <stdint.h>

namespace plummet {

// The loops of one instruction set, compiled with its flags.
struct ProbeTable {
  const char* isa;
  // Runs chains of fused multiply-adds, `rounds` of each; returns how many floating-point operations that were.
  double (*fma)(int64_t rounds, float* values);
  // Walk over `count` floats, a multiple of 256; 64-byte aligned.
  float (*read)(const float* from, int64_t count);
  void (*write)(float* to, int64_t count, float value);
  void (*copy)(const float* from, float* to, int64_t count);
};

extern const ProbeTable probe_avx2;
extern const ProbeTable probe_avx512;
extern const ProbeTable probe_neon;

}  // namespace plummet
