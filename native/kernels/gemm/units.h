// How a matrix product is divided: blocks of 48 rows of the output in panels of 32 columns.
#pragma once
#include <stdint.h>

namespace plummet {
namespace {

constexpr int64_t kPanel = 32;
constexpr int64_t kRowBlock = 48;

// Calls f(panel, first row, rows) for each panel that units [begin, end) touch; neighbouring blocks of a panel become one.
template <class F>
void for_panels(int64_t begin, int64_t end, int64_t rows, F f) {
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  while (begin < end) {
    const int64_t panel = begin / blocks;
    const int64_t next = end < (panel + 1) * blocks ? end : (panel + 1) * blocks;
    const int64_t from = (begin - panel * blocks) * kRowBlock;
    const int64_t to = (next - panel * blocks) * kRowBlock;
    f(panel, from, (to < rows ? to : rows) - from);
    begin = next;
  }
}

// The columns of panel q, of a matrix with n columns, that are stored.
inline int64_t panel_width(int64_t n, int64_t q) {
  const int64_t rest = pad(n) - q * kPanel;
  return rest < kPanel ? rest : kPanel;
}

}  // namespace
}  // namespace plummet
