#include "processors.h"

#include <math.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace plummet {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

bool contains(const std::vector<std::string>& parts, const std::string& part) {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Processors that `quota` microseconds every `period` microseconds amount to; infinite where it is no limit.
double ratio(const std::string& quota, const std::string& period) {
  const double microseconds = strtod(quota.c_str(), nullptr);
  const double every = strtod(period.c_str(), nullptr);
  return quota == "max" || !(microseconds > 0) || !(every > 0) ? HUGE_VAL : microseconds / every;
}

double quota_of(const std::string& group, bool v2) {
  if (!v2) return ratio(first_line(group + "/cpu.cfs_quota_us"), first_line(group + "/cpu.cfs_period_us"));
  const std::vector<std::string> words = split(first_line(group + "/cpu.max"), ' ');
  return words.size() < 2 ? HUGE_VAL : ratio(words[0], words[1]);
}

// Where a hierarchy is mounted, and which of its groups is the mount's root: in a container that is seldom "/".
struct Mount {
  std::string root, point;
};

// The mount of the v2 hierarchy, or of v1's cpu controller.
bool find_mount(const std::string& root, bool v2, Mount& mount) {
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const std::vector<std::string> left = split(line.substr(0, dash), ' ');
    const std::vector<std::string> right = split(line.substr(dash + 3), ' ');
    if (left.size() < 5 || right.size() < 3) continue;
    if (v2 ? right[0] != "cgroup2" : right[0] != "cgroup" || !contains(split(right[2], ','), "cpu")) continue;
    mount = {left[3], left[4]};
    return true;
  }
  return false;
}

// The smallest quota on the way from this process's group up to the mount.
double quota_on_path(const std::string& root, const std::string& path, bool v2) {
  Mount mount;
  if (!find_mount(root, v2, mount)) return HUGE_VAL;
  std::string below = path == "/" ? "" : path;
  if (mount.root != "/") {
    const bool inside = below == mount.root || below.compare(0, mount.root.size() + 1, mount.root + "/") == 0;
    below = inside ? below.substr(mount.root.size()) : "";
  }
  double least = HUGE_VAL;
  for (;;) {
    least = std::min(least, quota_of(root + mount.point + below, v2));
    if (below.empty()) return least;
    below.erase(below.find_last_of('/') == std::string::npos ? 0 : below.find_last_of('/'));
  }
}

int affinity() {
#if defined(__linux__)
  for (int count = 1024; count <= 1 << 20; count *= 4) {
    cpu_set_t* set = CPU_ALLOC(count);
    if (!set) break;
    const size_t size = CPU_ALLOC_SIZE(count);
    const bool known = sched_getaffinity(0, size, set) == 0;
    const int allowed = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) return allowed;
  }
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace

int quota_processors(const std::string& root) {
  double least = HUGE_VAL;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // 4:cpu,cpuacct:/group (v1), 0::/group (v2)
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool v2 = controllers.empty();
    if (v2 || contains(split(controllers, ','), "cpu")) {
      least = std::min(least, quota_on_path(root, line.substr(second + 1), v2));
    }
  }
  return least < 1e6 ? static_cast<int>(ceil(least)) : 0;
}

int processors() {
  static const int count = [] {
    const int allowed = std::max(affinity(), 1);
    const int quota = quota_processors("");
    return quota > 0 ? std::min(allowed, quota) : allowed;
  }();
  return count;
}

}  // namespace plummet
