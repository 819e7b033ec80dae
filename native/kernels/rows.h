// Which row of the dataset a row of the batch is.
#pragma once
#include <stdint.h>

#include "memory.h"

namespace plummet {
namespace {

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

  // The dataset's row, or -1 where it lies outside. JavaScript may write to `order` at any time, so it is read once.
  int64_t source_row(int64_t i) const {
    const int64_t r = order ? order[first + i] : first + i;
    return r >= 0 && r < source_rows ? r : -1;
  }
};

}  // namespace
}  // namespace plummet
