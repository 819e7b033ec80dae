// Philox4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
#pragma once
#include <stdint.h>

#include "memory.h"

namespace plummet {
namespace {

struct Philox {
  uint32_t word[4];
};

inline Philox philox(uint32_t key0, uint32_t key1, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = uint64_t(0xD2511F53u) * c0;
    const uint64_t p1 = uint64_t(0xCD9E8D57u) * c2;
    c0 = uint32_t(p1 >> 32) ^ c1 ^ key0;
    c1 = uint32_t(p1);
    c2 = uint32_t(p0 >> 32) ^ c3 ^ key1;
    c3 = uint32_t(p0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

enum Purpose : uint32_t { kInitialWeights = 0, kShuffles = 1, kDropout = 2, kNoise = 3 };

// Fisher and Yates's shuffle (Durstenfeld 1964), of 0 … n − 1.
template <class V>
int shuffle(const KernelArgs& args, int64_t begin, int64_t end) {
  if (begin >= end) return kOk;
  int32_t* const order = operand<int32_t>(args, 0);
  const int64_t n = args.dim[0];
  const uint64_t epoch = uint64_t(args.dim[3]);
  for (int64_t i = 0; i < n; i++) order[i] = int32_t(i);
  Philox block = {};
  for (int64_t i = n - 1; i > 0; i--) {
    if (i == n - 1 || i % 4 == 3) {
      block = philox(uint32_t(args.dim[1]), uint32_t(args.dim[2]), uint32_t(i / 4), kShuffles << 24, uint32_t(epoch),
                     uint32_t(epoch >> 32));
    }
    const int64_t j = int64_t((uint64_t(block.word[i % 4]) * uint64_t(i + 1)) >> 32);
    const int32_t held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
