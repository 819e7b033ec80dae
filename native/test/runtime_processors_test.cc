#include "../runtime/processors.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../runtime/cpu.h"
#include "../runtime/dispatch.h"

namespace plummet {
namespace {

// A machine's files in a folder of their own.
class Machine {
 public:
  Machine()
      : root_(std::filesystem::temp_directory_path() /
              ("plummet-" + std::to_string(counter_++) + "-" +
               std::to_string(::testing::UnitTest::GetInstance()->random_seed()))) {
    std::filesystem::remove_all(root_);
  }
  ~Machine() { std::filesystem::remove_all(root_); }

  Machine& file(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_.string() + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text << "\n";
    return *this;
  }
  int quota() const { return quota_processors(root_.string()); }

 private:
  static inline int counter_ = 0;
  const std::filesystem::path root_;
};

constexpr char kV2[] = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
constexpr char kV1[] = "31 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct";

Machine& v2(Machine& machine, const std::string& group) {
  return machine.file("/proc/self/cgroup", "0::" + group).file("/proc/self/mountinfo", kV2);
}
Machine& v1(Machine& machine, const std::string& group) {
  return machine.file("/proc/self/cgroup", "12:memory:/elsewhere\n4:cpu,cpuacct:" + group + "\n0::/")
      .file("/proc/self/mountinfo", kV1);
}
Machine& v1_quota(Machine& machine, const std::string& group, int quota, int period) {
  const std::string folder = "/sys/fs/cgroup/cpu,cpuacct" + group;
  return machine.file(folder + "/cpu.cfs_quota_us", std::to_string(quota))
      .file(folder + "/cpu.cfs_period_us", std::to_string(period));
}

TEST(Processors, WithoutCgroupsNothingLimits) {
  Machine machine;
  EXPECT_EQ(machine.quota(), 0);
  EXPECT_EQ(v2(machine, "/user.slice").quota(), 0);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/user.slice/cpu.max", "max 100000").quota(), 0);
}

TEST(Processors, QuotaOfV2IsRoundedUp) {
  Machine machine;
  v2(machine, "/a/b");
  EXPECT_EQ(machine.file("/sys/fs/cgroup/a/b/cpu.max", "200000 100000").quota(), 2);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/a/b/cpu.max", "150000 100000").quota(), 2);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/a/b/cpu.max", "1000 100000").quota(), 1);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/a/b/cpu.max", "garbage").quota(), 0);
}

TEST(Processors, TheSmallestQuotaOnTheWayUpCounts) {
  Machine machine;
  v2(machine, "/a/b").file("/sys/fs/cgroup/a/b/cpu.max", "800000 100000");
  EXPECT_EQ(machine.file("/sys/fs/cgroup/a/cpu.max", "300000 100000").quota(), 3);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/cpu.max", "100000 100000").quota(), 1);
}

TEST(Processors, QuotaOfV1) {
  Machine machine;
  v1(machine, "/job");
  EXPECT_EQ(v1_quota(machine, "/job", -1, 100000).quota(), 0);
  EXPECT_EQ(v1_quota(machine, "/job", 250000, 100000).quota(), 3);
  EXPECT_EQ(v1_quota(machine, "", 100000, 100000).quota(), 1);
}

TEST(Processors, InAContainerTheMountsRootIsTheGroup) {
  Machine machine;
  machine.file("/proc/self/cgroup", "0::/docker/4711/inner")
      .file("/proc/self/mountinfo", "29 23 0:26 /docker/4711 /sys/fs/cgroup ro - cgroup2 cgroup rw");
  EXPECT_EQ(machine.file("/sys/fs/cgroup/inner/cpu.max", "200000 100000").quota(), 2);
  EXPECT_EQ(machine.file("/sys/fs/cgroup/cpu.max", "100000 100000").quota(), 1);
  Machine outside;  // a group that the mount does not show: what is mounted is all that is known
  outside.file("/proc/self/cgroup", "0::/other")
      .file("/proc/self/mountinfo", "29 23 0:26 /docker/4711 /sys/fs/cgroup ro - cgroup2 cgroup rw");
  EXPECT_EQ(outside.file("/sys/fs/cgroup/cpu.max", "400000 100000").quota(), 4);
}

TEST(Processors, ThereIsAtLeastOne) {
  EXPECT_GE(processors(), 1);
  EXPECT_LE(processors(), 1 << 16);
}

TEST(Dispatch, ScalarIsTheLastAndAlwaysThere) {
  ASSERT_FALSE(kernel_sets().empty());
  EXPECT_STREQ(kernel_sets().back().table->isa, "scalar");
  EXPECT_TRUE(kernel_sets().back().supported);
  EXPECT_EQ(find_kernels("scalar"), kernel_sets().back().table);
  EXPECT_EQ(find_kernels("vax"), nullptr);
  for (const KernelSet& set : kernel_sets()) {
    EXPECT_EQ(find_kernels(set.table->isa), set.supported ? set.table : nullptr);
    for (const Kernel kernel : set.table->kernel) EXPECT_NE(kernel, nullptr) << set.table->isa;
  }
  EXPECT_FALSE(cpu_name().empty());
}

}  // namespace
}  // namespace plummet
