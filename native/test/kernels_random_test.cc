// Philox and what is drawn with it.
#include <utility>

#include "kernels_expect.h"

namespace plummet {
namespace {

TEST(Random, IsPhilox) {  // the known answers of Random123
  const Philox zeros = philox(0, 0, 0, 0, 0, 0);
  const uint32_t of_zeros[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  const Philox ones = philox(~0u, ~0u, ~0u, ~0u, ~0u, ~0u);
  const uint32_t of_ones[] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
  const Philox pi = philox(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  const uint32_t of_pi[] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  for (int i = 0; i < 4; i++) {
    EXPECT_EQ(zeros.word[i], of_zeros[i]);
    EXPECT_EQ(ones.word[i], of_ones[i]);
    EXPECT_EQ(pi.word[i], of_pi[i]);
  }
}

TEST(Random, ShufflesByTheWordsOfPhilox) {
  const int64_t n = 1001, epoch = (int64_t(3) << 32) + 2;
  std::vector<int32_t> expected;
  for (int64_t i = 0; i < n; i++) expected.push_back(int32_t(i));
  for (int64_t i = n - 1; i > 0; i--) {
    const Philox block = philox(0xfedcba98, 0x12345678, uint32_t(i / 4), 1u << 24, 2, 3);
    const uint64_t j = (uint64_t(block.word[i % 4]) * uint64_t(i + 1)) >> 32;
    std::swap(expected[size_t(i)], expected[j]);
  }
  Cases cases(18);
  const Problem p = {kOp_shuffle, {Cases::written(cases.ints(n, 1))}, {n, 0xfedcba98, 0x12345678, epoch}, 1};
  for (const KernelTable* table : tables()) {
    const Outcome outcome = run(*table, p);
    EXPECT_EQ(memcmp(outcome.written[0].data(), expected.data(), size_t(n) * 4), 0) << table->isa;
  }
}

}  // namespace
}  // namespace plummet
