// What tests compare with: elements of operands, by row and column.
#pragma once
#include <functional>

#include "kernels_cases.h"
#include "kernels_tables.h"

namespace plummet {
namespace {

inline uint32_t bits_of(float x) {
  uint32_t bits = 0x7fc00000;
  if (x == x) memcpy(&bits, &x, sizeof(bits));
  return bits;
}

inline float at(const std::vector<uint8_t>& bytes, int64_t i) {
  float x;
  memcpy(&x, &bytes[size_t(i) * 4], 4);
  return x;
}

// Where element (i, j) of an operand lies.
inline int64_t place(const Array& a, int64_t i, int64_t j) {
  if (a.layout == Layout::kPadded) return i * a.ld + j;
  const int64_t q = j / 32, width = pad(a.columns) - 32 * q < 32 ? pad(a.columns) - 32 * q : 32;
  return 32 * q * a.rows + i * width + j - 32 * q;
}

using Element = std::function<float(int64_t, int64_t)>;
inline Element element(const Array& a) {
  return [&a](int64_t i, int64_t j) { return at(a.bytes, place(a, i, j)); };
}

// Compares the problem's last operand with what `expected` says of its elements.
inline void expect_elements(const Problem& p, const Array& out, int64_t rows, int64_t columns,
                            const Element& expected) {
  for (const KernelTable* table : tables()) {
    const Outcome outcome = run(*table, p);
    for (int64_t i = 0; i < rows; i++) {
      for (int64_t j = 0; j < columns; j++) {
        const float got = at(outcome.written.back(), out.layout == Layout::kFlat ? i * columns + j : place(out, i, j));
        ASSERT_EQ(bits_of(got), bits_of(expected(i, j))) << describe(*table, p) << " at " << i << ", " << j;
      }
    }
  }
}

}  // namespace
}  // namespace plummet
