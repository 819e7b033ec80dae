// How many processors this process may use.
#pragma once
#include <string>

namespace plummet {

// Affinity and cgroup quota respected, at least 1. Looked up once.
int processors();

// The processors that cgroup quotas (v1 and v2) leave, rounded up; 0 where nothing limits them. All files are read
// below `root`, which is empty but for tests.
int quota_processors(const std::string& root);

}  // namespace plummet
