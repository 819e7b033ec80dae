// The next batch's rows, asked for between the ops of this one: each lies in a page of its own of a dataset that no
// cache holds, so the gather would wait for one after the other.
#pragma once
#include <algorithm>

#include "../kernels/memory.h"
#include "bind.h"

namespace plummet {

class Upcoming {
 public:
  // For a thread whose copy of the plan is `track`.
  Upcoming(const Run& run, const Track& track) : rows_(run.pass.rows) {
    if (!run.rows.present || track.calls.empty()) return;
    order_ = static_cast<const int32_t*>(run.rows.data);
    int64_t lines = 0;
    for (const Source& source : track.bound->sources) {
      if (source.row_bytes * rows_ < kCached || count_ == kMostSources) continue;
      const Call& call = track.calls[static_cast<size_t>(source.call)];
      sources_[count_++] = {source.data, source.row_bytes, call.begin, call.end, kLine};
      lines += (call.end - call.begin) * ((source.row_bytes + kLine - 1) / kLine);
    }
    // Whole rows if these are few, else the first line of each, which brings its page's address.
    if (lines > kLinesAtOnce * static_cast<int64_t>(track.calls.size())) return;
    for (int s = 0; s < count_; ++s) sources_[s].bytes = sources_[s].row_bytes;
  }

  // The batch that begins with row `first` of the order is the next one.
  void begin(int64_t first) {
    first_ = first;
    current_ = 0;
    at_ = count_ > 0 ? sources_[0].begin : 0;
  }

  // Asks for a few lines; before each op.
  void ask() {
    for (int64_t left = kLinesAtOnce; left > 0 && current_ < count_;) {
      const Rows& source = sources_[current_];
      if (at_ >= source.end || first_ + at_ >= rows_) {
        if (++current_ < count_) at_ = sources_[current_].begin;
        continue;
      }
      // JavaScript may write there at any time.
      const int64_t row = *static_cast<const volatile int32_t*>(order_ + first_ + at_++);
      if (row < 0 || row >= rows_) continue;
      const char* const data = source.data + row * source.row_bytes;
      for (int64_t byte = 0; byte < source.bytes; byte += kLine, --left) prefetch_second(data + byte);
    }
  }

 private:
  static constexpr int64_t kLine = 64, kLinesAtOnce = 16;
  static constexpr int64_t kCached = 1 << 20;  // bytes of a dataset that caches hold anyway
  static constexpr int kMostSources = 4;

  struct Rows {
    const char* data;
    int64_t row_bytes, begin, end;
    int64_t bytes;  // to ask for, of each row
  };

  const int64_t rows_;
  const int32_t* order_ = nullptr;
  Rows sources_[kMostSources];
  int count_ = 0;
  int current_ = kMostSources;
  int64_t first_ = 0, at_ = 0;
};

}  // namespace plummet
