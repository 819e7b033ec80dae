// Which row of the dataset a row of the batch is.
#pragma once
#include <stdint.h>

#include "memory.h"

namespace plummet {
namespace {

// JavaScript may write to indices and labels at any time: what is checked and used must be one load.
inline int64_t read_once(const int32_t* p) { return *static_cast<const volatile int32_t*>(p); }

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
};

}  // namespace
}  // namespace plummet
