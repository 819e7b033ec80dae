#include "../runtime/blocking.h"

#include <gtest/gtest.h>

namespace plummet {
namespace {

constexpr int64_t kKiB = 1024;

struct Case {
  CacheSizes sizes;
  int64_t stretch, slab_rows;
};

TEST(Blocking, FollowsTheCaches) {
  const Case cases[] = {
      {{32 * kKiB, 512 * kKiB}, 256, 192},               // Zen 2, 3, 4
      {{48 * kKiB, 1024 * kKiB}, 384, 240},              // Zen 5
      {{32 * kKiB, 256 * kKiB}, 256, 96},                // Haswell, Skylake
      {{48 * kKiB, 2048 * kKiB}, 384, 384},              // Golden Cove
      {{128 * kKiB, 16 * 1024 * kKiB}, 384, 384},        // Apple's
      {{0, 0}, 256, 192},                                // nobody says
      {{0, 1024 * kKiB}, 256, 384},                      //
      {{1, 1}, 128, 96},                                 // what cannot be
      {{int64_t{1} << 62, int64_t{1} << 62}, 384, 384},  //
  };
  for (const Case& c : cases) {
    const Blocking blocking = blocking_for(c.sizes);
    EXPECT_EQ(blocking.stretch, c.stretch) << c.sizes.first;
    EXPECT_EQ(blocking.slab_rows, c.slab_rows) << c.sizes.second;
  }
}

TEST(Blocking, OfThisProcessorIsWithinBounds) {
  const CacheSizes sizes = cache_sizes();
  EXPECT_GE(sizes.first, 0);
  EXPECT_TRUE(sizes.second == 0 || sizes.second >= sizes.first);
  EXPECT_LE(blocking().stretch, kMaxStretch);
  EXPECT_LE(blocking().slab_rows, kMaxSlabRows);
  EXPECT_EQ(blocking().slab_rows % 48, 0);
}

}  // namespace
}  // namespace plummet
