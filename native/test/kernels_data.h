// Numbers to test with, the same on every machine.
#pragma once
#include <stdint.h>
#include <string.h>

#include <vector>

#include "../kernels/kernel.h"
#include "../kernels/random.h"

namespace plummet {
namespace {

class Source {
 public:
  explicit Source(uint32_t seed) : seed_(seed) {}

  uint32_t word() {
    if (next_ % 4 == 0) {
      const Philox block = philox(seed_, 0, next_ / 4, kNoise << 24, 0, 0);
      memcpy(block_, block.word, sizeof(block_));
    }
    return block_[next_++ % 4];
  }

  uint32_t below(uint32_t n) { return uint32_t((uint64_t(word()) * n) >> 32); }

  // In [−1, 1).
  float uniform() { return float(int32_t(word() >> 8) - 0x800000) / float(0x800000); }

  // One in eight is an extreme: zeros, infinities, NaN, subnormal, huge, tiny, any bit pattern at all.
  float any() {
    static const uint32_t kExtremes[] = {0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001,
                                         0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff,
                                         0x3f800000, 0xbf800000, 0x42b17218, 0xc2cff1b5};
    if (below(8) != 0) return uniform() * (below(4) == 0 ? 100.0f : 1.0f);
    const uint32_t choice = below(17);
    const uint32_t bits = choice < 16 ? kExtremes[choice] : word();
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
  }

 private:
  uint32_t seed_, next_ = 0;
  uint32_t block_[4] = {};
};

}  // namespace
}  // namespace plummet
