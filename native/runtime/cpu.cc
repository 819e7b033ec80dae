#include "cpu.h"

#include <stdint.h>
#include <string.h>

#include <fstream>

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#define PLUMMET_X86 1
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

#if defined(__linux__) && defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace plummet {
namespace {

#if PLUMMET_X86
struct Registers {
  uint32_t eax, ebx, ecx, edx;
};

// Zeros for a leaf that the processor does not know.
Registers cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  Registers r = {};
#if defined(_MSC_VER)
  int values[4];
  __cpuid(values, static_cast<int>(leaf & 0x80000000u));
  if (static_cast<uint32_t>(values[0]) < leaf) return r;
  __cpuidex(values, static_cast<int>(leaf), static_cast<int>(subleaf));
  memcpy(&r, values, sizeof r);
#else
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
#endif
  return r;
}

// Which registers the operating system saves when it switches threads.
uint64_t saved_state() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64_t>(high) << 32 | low;
#endif
}

bool has(uint32_t reg, int bit) { return reg >> bit & 1; }

// Each cache of the leaf (Intel's 4, or AMD's, which has the same form), with its level and kind.
CacheSizes caches_of(uint32_t leaf) {
  constexpr uint32_t kInstructions = 2, kMost = 16;
  CacheSizes sizes = {};
  for (uint32_t i = 0; i < kMost; ++i) {
    const Registers cache = cpuid(leaf, i);
    const uint32_t kind = cache.eax & 31, level = cache.eax >> 5 & 7;
    if (kind == 0) break;
    if (kind == kInstructions) continue;
    const int64_t line = (cache.ebx & 0xfff) + 1, partitions = (cache.ebx >> 12 & 0x3ff) + 1;
    const int64_t ways = (cache.ebx >> 22) + 1, sets = static_cast<int64_t>(cache.ecx) + 1;
    if (level == 1) sizes.first = line * partitions * ways * sets;
    if (level == 2) sizes.second = line * partitions * ways * sets;
  }
  return sizes;
}
#elif defined(__APPLE__)
int64_t system_number(const char* name) {
  int64_t value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}
#else
// As Linux tells it: a number of KiB and a K.
CacheSizes caches_of(const std::string& folder) {
  constexpr int kMost = 8;
  CacheSizes sizes = {};
  for (int i = 0; i < kMost; ++i) {
    const std::string cache = folder + "/index" + std::to_string(i) + "/";
    std::ifstream level_file(cache + "level"), kind_file(cache + "type"), size_file(cache + "size");
    int level = 0;
    int64_t kibibytes = 0;
    std::string kind;
    if (!(level_file >> level && kind_file >> kind && size_file >> kibibytes)) break;
    if (kind == "Instruction") continue;
    if (level == 1) sizes.first = kibibytes * 1024;
    if (level == 2) sizes.second = kibibytes * 1024;
  }
  return sizes;
}
#endif

}  // namespace

CpuFeatures cpu_features() {
  CpuFeatures features = {};
#if PLUMMET_X86
  const Registers one = cpuid(1);
  const bool osxsave = has(one.ecx, 27);
  const uint64_t saved = osxsave ? saved_state() : 0;
  const bool ymm = (saved & 0x06) == 0x06;
  const bool zmm = (saved & 0xe6) == 0xe6;
  const Registers seven = cpuid(7);
  features.avx2 = ymm && has(one.ecx, 28) && has(one.ecx, 12) && has(seven.ebx, 5);
  features.avx512 =
      features.avx2 && zmm && has(seven.ebx, 16) && has(seven.ebx, 17) && has(seven.ebx, 30) && has(seven.ebx, 31);
#elif defined(__linux__) && defined(__aarch64__)
  features.neon = (getauxval(AT_HWCAP) & HWCAP_ASIMD) != 0;
#elif defined(__aarch64__) || defined(_M_ARM64)
  features.neon = true;
#endif
  return features;
}

CacheSizes cache_sizes() {
#if PLUMMET_X86
  const CacheSizes sizes = caches_of(4);
  return sizes.first > 0 ? sizes : caches_of(0x8000001du);
#elif defined(__APPLE__)
  const int64_t first = system_number("hw.perflevel0.l1dcachesize"),
                second = system_number("hw.perflevel0.l2cachesize");
  return {first, second};
#else
  return caches_of("/sys/devices/system/cpu/cpu0/cache");
#endif
}

std::string cpu_name() {
#if PLUMMET_X86
  char brand[49] = {};
  for (uint32_t i = 0; i < 3; ++i) {
    const Registers part = cpuid(0x80000002u + i);
    memcpy(brand + 16 * i, &part, sizeof part);
  }
  const std::string name(brand);
  const size_t begin = name.find_first_not_of(' ');
  if (begin != std::string::npos) return name.substr(begin, name.find_last_not_of(' ') - begin + 1);
  return "x86";
#elif defined(__APPLE__)
  char brand[128] = {};
  size_t size = sizeof brand - 1;
  if (sysctlbyname("machdep.cpu.brand_string", brand, &size, nullptr, 0) == 0) return brand;
  return "arm64";
#else
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.compare(0, 10, "model name") == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
#if defined(__aarch64__) || defined(_M_ARM64)
  return "arm64";
#else
  return "unknown";
#endif
#endif
}

}  // namespace plummet
