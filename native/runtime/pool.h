// The threads of the process. One pool serves all: teams that walk a plan together, and single threads that carry a run
// for JavaScript. Threads are made when they are first needed and wait, spinning at first and then parked, until they
// are needed again.
#pragma once
#include <stdint.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace plummet {

constexpr int kMaxThreads = 256;

class Pool {
 public:
  // Runs `work(context, t, team)` for t = 0 … team − 1, t = 0 on the calling thread, and returns when all have
  // returned. The team is smaller than `threads` where the system gives no more threads.
  using Work = void (*)(void* context, int thread, int team);
  void run(int threads, Work work, void* context);

  // Runs `work(context, 0, 1)` on a thread of its own; false if the system gives none.
  bool post(Work work, void* context);

  // Joins all threads; waits until they are idle. The pool can be used again afterwards.
  void stop();

  // Threads that exist now.
  int size();

 private:
  struct Task;
  struct Worker;

  static void live(Pool* pool, Worker* worker);
  Worker* take();
  void give_back(Worker* worker);

  std::mutex mutex_;
  std::condition_variable idle_again_;
  std::vector<Worker*> idle_;
  int workers_ = 0;
};

// The process's pool. Never destroyed: threads of it may outlive every static object.
Pool& pool();

}  // namespace plummet
