// What the addon keeps for each environment (the main thread's, and each worker's): the runs that were started in it,
// and the way back to its thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "../plan/executor.h"
#include "prepared.h"
#include "values.h"

namespace plummet {

struct Job;

class Environment : public std::enable_shared_from_this<Environment> {
 public:
  // Once for each environment, when the addon is loaded there. False: an exception is pending.
  static bool enter(napi_env env);
  static std::shared_ptr<Environment> of(napi_env env);

  // Begins a job on a thread of its own.
  Checked begin(napi_env env, std::unique_ptr<Job> job);

 private:
  static void leave(void* holder);
  static void report(napi_env env, napi_value callback, void* context, void* data);
  static void work(void* context, int thread, int team);

  void finish(Job* job);

  napi_threadsafe_function reports_ = nullptr;
  int unreported_ = 0;  // on JavaScript's thread only

  std::mutex mutex_;
  std::condition_variable idle_;
  std::set<Job*> running_;
  bool closing_ = false;
};

// A run that was started.
struct Job {
  Run run;
  std::shared_ptr<Prepared> prepared;  // where `bound` comes from and returns to
  std::unique_ptr<Bound> bound;
  std::shared_ptr<Environment> environment;
  napi_ref keep = nullptr;  // an array of `done` and the function that keeps all that the run touches
  std::atomic<bool> cancelled{false};
  int status = 0;
};

}  // namespace plummet
