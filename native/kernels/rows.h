// Which row of the dataset a row of the batch is.
#pragma once
#include <stdint.h>

#include "memory.h"

namespace plummet {
namespace {

// JavaScript may write to indices and labels at any time: what is checked and used must be one load.
inline int64_t read_once(const int32_t* p) { return *static_cast<const volatile int32_t*>(p); }

// A row of the dataset that is asked for while another is worked on, a line of the cache at a time: rows lie anywhere
// in memory that no cache holds, and the processor has but few requests under way.
class RowAhead {
 public:
  explicit RowAhead(const char* row) : row_(row) {}

  // With each vector of the row at hand, at the same byte.
  void ask(int64_t byte) const {
    if (row_ && byte % kLine == 0) prefetch_second(row_ + byte);
  }

 private:
  static constexpr int64_t kLine = 64;
  const char* row_;  // null: none
};

// The dims that all ops over a dataset's rows begin with.
struct Batch {
  int64_t rows, source_rows, columns, first, ld;
  const int32_t* order;

  Batch(const KernelArgs& args, int order_operand)
      : rows(args.dim[0]),
        source_rows(args.dim[1]),
        columns(args.dim[2]),
        first(args.dim[3]),
        ld(args.dim[4]),
        order(operand<const int32_t>(args, order_operand)) {}

  // The dataset's row, or -1 where it lies outside.
  int64_t source_row(int64_t i) const {
    const int64_t r = order ? read_once(order + first + i) : first + i;
    return r >= 0 && r < source_rows ? r : -1;
  }

  // The row to ask for while row i is worked on.
  RowAhead ahead(const void* source, int64_t i, int64_t row_bytes) const {
    const int64_t rows_ahead = row_bytes < 1024 ? 8 : 4;
    const int64_t r = i + rows_ahead < rows ? source_row(i + rows_ahead) : -1;
    return RowAhead(r < 0 ? nullptr : static_cast<const char*>(source) + r * row_bytes);
  }
};

}  // namespace
}  // namespace plummet
