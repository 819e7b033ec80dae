// probe isas                            instruction sets that run here, as JSON
// probe clock SECONDS                   GHz of one core, by a chain of additions
// probe fma ISA THREADS SECONDS         GFLOP/s of all threads
// probe read|write|copy ISA THREADS BYTES SECONDS   GB/s of all threads, each on BYTES of its own (copy: two halves)
// probe forkjoin|barrier THREADS SECONDS            ns each, of what plans run on; a barrier of two or more
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <chrono>
#include <string>
#include <vector>

#include "../runtime/barrier.h"
#include "../runtime/cpu.h"
#include "../runtime/pool.h"
#include "probe.h"

namespace plummet {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::vector<const ProbeTable*> tables() {
  std::vector<const ProbeTable*> found;
  [[maybe_unused]] const CpuFeatures features = cpu_features();
#if defined(__x86_64__) || defined(_M_X64)
  if (features.avx512) found.push_back(&probe_avx512);
  if (features.avx2) found.push_back(&probe_avx2);
#elif defined(__aarch64__) || defined(_M_ARM64)
  if (features.neon) found.push_back(&probe_neon);
#endif
  return found;
}

const ProbeTable* table_named(const char* isa) {
  for (const ProbeTable* table : tables()) {
    if (strcmp(table->isa, isa) == 0) return table;
  }
  return nullptr;
}

// One thread's part of a measurement: prepares itself, and does its loop `rounds` times.
class Part {
 public:
  virtual ~Part() = default;
  virtual void run(int64_t rounds) = 0;
};

class Fma : public Part {
 public:
  explicit Fma(const ProbeTable* table) : table_(table) {
    for (int i = 0; i < 32; ++i) values_[i] = 1.0f / static_cast<float>(i + 3);
  }
  void run(int64_t rounds) override {
    operations = table_->fma(rounds * kRounds, values_) / static_cast<double>(rounds);
  }
  double operations = 0;

 private:
  static constexpr int64_t kRounds = 4096;
  const ProbeTable* table_;
  alignas(64) float values_[32];
};

class Walk : public Part {
 public:
  Walk(const ProbeTable* table, char kind, int64_t bytes)
      : table_(table), kind_(kind), count_(bytes / 4 / 512 * 512), memory_(static_cast<size_t>(count_) + 16, 0.5f) {
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    begin_ = memory_.data() + (64 - address % 64) % 64 / 4;
  }
  void run(int64_t rounds) override {
    for (int64_t r = 0; r < rounds; ++r) {
      if (kind_ == 'r') sink_ = sink_ + table_->read(begin_, count_);
      if (kind_ == 'w') table_->write(begin_, count_, static_cast<float>(r));
      if (kind_ == 'c') table_->copy(begin_, begin_ + count_ / 2, count_ / 2);
    }
  }
  // Read and written together.
  double bytes() const { return 4.0 * static_cast<double>(count_); }

 private:
  const ProbeTable* table_;
  const char kind_;
  const int64_t count_;
  std::vector<float> memory_;
  float* begin_;
  volatile float sink_ = 0;
};

// Seconds that one round takes, with all threads beginning together.
template <typename Make>
double time_round(int threads, double seconds, const Make& make) {
  struct Context {
    const Make& make;
    Barrier barrier;
    double limit;
    double result;
    int64_t rounds;
  } context{make, Barrier(threads), seconds, 0, 1};
  pool().run(
      threads,
      [](void* pointer, int thread, int team) {
        Context& own = *static_cast<Context*>(pointer);
        uint32_t meetings = 0;
        const auto meet = [&] { own.barrier.meet(thread, team, meetings, Barrier::kGo); };
        const auto part = own.make();
        part->run(1);
        for (;;) {
          meet();
          const int64_t rounds = own.rounds;
          const Clock::time_point begin = Clock::now();
          part->run(rounds);
          meet();
          if (thread == 0) {
            const double taken = seconds_since(begin);
            own.result = taken / static_cast<double>(rounds);
            own.rounds = taken >= own.limit ? 0 : taken * 4 < own.limit ? rounds * 4 : rounds * 2;
          }
          meet();
          if (own.rounds == 0) return;
        }
      },
      &context);
  return context.result;
}

double fork_join(int threads, double seconds) {
  int64_t count = 0;
  const Clock::time_point begin = Clock::now();
  double taken = 0;
  while ((taken = seconds_since(begin)) < seconds) {
    for (int i = 0; i < 100; ++i, ++count)
      pool().run(
          threads, [](void*, int, int) {}, nullptr);
  }
  return taken / static_cast<double>(count) * 1e9;
}

double barrier(int threads, double seconds) {
  struct Context {
    Barrier barrier;
    int64_t count;
  };
  int64_t count = 1000;
  for (;; count *= 4) {
    Context context{Barrier(threads), count};
    const Clock::time_point begin = Clock::now();
    pool().run(
        threads,
        [](void* pointer, int thread, int team) {
          Context& own = *static_cast<Context*>(pointer);
          uint32_t meetings = 0;
          for (int64_t i = 0; i < own.count; ++i) own.barrier.meet(thread, team, meetings, Barrier::kGo);
        },
        &context);
    const double taken = seconds_since(begin);
    if (taken >= seconds) return taken / static_cast<double>(count) * 1e9;
  }
}

double clock_rate(double seconds) {
#if defined(__GNUC__)
  uint64_t x = 1;
  for (int64_t count = 1 << 20;; count *= 2) {
    const Clock::time_point begin = Clock::now();
    for (int64_t i = 0; i < count; i += 16) {
      for (int j = 0; j < 16; ++j) {
        x += 3;
        asm volatile("" : "+r"(x));  // or the sixteen become one
      }
    }
    const double taken = seconds_since(begin);
    if (taken >= seconds) return static_cast<double>(count) / taken / 1e9;
  }
#else
  (void)seconds;
  return 0;
#endif
}

int print(double value) {
  printf("{\"value\": %.9g}\n", value);
  return 0;
}

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "isas") {
    printf("{\"value\": [");
    const char* comma = "";
    for (const ProbeTable* table : tables()) {
      printf("%s\"%s\"", comma, table->isa);
      comma = ", ";
    }
    printf("]}\n");
    return 0;
  }
  if (what == "clock" && count == 3) return print(clock_rate(atof(words[2])));
  if (what == "forkjoin" && count == 4) return print(fork_join(atoi(words[2]), atof(words[3])));
  if (what == "barrier" && count == 4 && atoi(words[2]) > 1) return print(barrier(atoi(words[2]), atof(words[3])));
  const ProbeTable* table = count > 3 ? table_named(words[2]) : nullptr;
  const int threads = count > 3 ? atoi(words[3]) : 0;
  if (table && threads > 0 && what == "fma" && count == 5) {
    Fma one(table);
    one.run(1);
    const double taken = time_round(threads, atof(words[4]), [&] { return std::make_unique<Fma>(table); });
    return print(one.operations * threads / taken / 1e9);
  }
  if (table && threads > 0 && (what == "read" || what == "write" || what == "copy") && count == 6) {
    const int64_t bytes = atoll(words[4]);
    const auto make = [&] { return std::make_unique<Walk>(table, what[0], bytes); };
    const double taken = time_round(threads, atof(words[5]), make);
    return print(make()->bytes() * threads / taken / 1e9);
  }
  fprintf(stderr, "probe: unknown words, or an instruction set that does not run here; see native/bench/main.cc\n");
  return 2;
}

}  // namespace
}  // namespace plummet

int main(int count, char** words) { return plummet::main(count, words); }
