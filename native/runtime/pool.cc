#include "pool.h"

#include <chrono>
#include <system_error>
#include <thread>

#include "spin.h"

#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

namespace plummet {
namespace {

constexpr std::chrono::microseconds kParkAfter{1000};

// Signals are for the threads of the host: ours are made with all of them blocked.
class SignalsBlocked {
 public:
#if defined(_WIN32)
  SignalsBlocked() {}
#else
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

}  // namespace

struct Pool::Task {
  Work work;
  void* context;
  int thread;
  int team;
  std::atomic<int>* pending;  // counted down by those of a team; null where the thread runs for itself
};

struct Pool::Worker {
  std::thread thread;
  // On a line of its own: its owner polls it.
  alignas(64) std::atomic<bool> called{false};
  std::atomic<bool> parked{false};
  bool leave = false;
  Task task{};
  std::mutex mutex;
  std::condition_variable wake;

  void call() {
    called.store(true, std::memory_order_seq_cst);
    if (!parked.load(std::memory_order_seq_cst)) return;
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_one();
  }

  void wait() {
    Spinner spinner;
    while (!called.load(std::memory_order_acquire)) {
      if (!spinner.longer_than(kParkAfter)) {
        spinner.wait();
        continue;
      }
      std::unique_lock<std::mutex> lock(mutex);
      parked.store(true, std::memory_order_seq_cst);
      wake.wait(lock, [this] { return called.load(std::memory_order_seq_cst); });
      parked.store(false, std::memory_order_seq_cst);
    }
    called.store(false, std::memory_order_relaxed);
  }
};

void Pool::live(Pool* pool, Worker* worker) {
  for (;;) {
    worker->wait();
    if (worker->leave) return;
    const Task task = worker->task;
    task.work(task.context, task.thread, task.team);
    if (task.pending) {
      task.pending->fetch_sub(1, std::memory_order_release);
    } else {
      pool->give_back(worker);
    }
  }
}

// An idle thread, or a new one, or null.
Pool::Worker* Pool::take() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      Worker* worker = idle_.back();
      idle_.pop_back();
      return worker;
    }
  }
  Worker* worker = nullptr;
  try {
    worker = new Worker;
    SignalsBlocked blocked;
    worker->thread = std::thread(live, this, worker);
    std::lock_guard<std::mutex> lock(mutex_);
    ++workers_;
    idle_.reserve(static_cast<size_t>(workers_));
    return worker;
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  if (worker && worker->thread.joinable()) {
    worker->leave = true;
    worker->call();
    worker->thread.join();
    std::lock_guard<std::mutex> lock(mutex_);
    --workers_;
  }
  delete worker;
  return nullptr;
}

void Pool::give_back(Worker* worker) {
  std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(worker);
  idle_again_.notify_all();
}

void Pool::run(int threads, Work work, void* context) {
  if (threads > kMaxThreads) threads = kMaxThreads;
  Worker* crew[kMaxThreads];
  int team = 1;
  while (team < threads && (crew[team] = take())) ++team;
  std::atomic<int> pending{team - 1};
  for (int t = 1; t < team; ++t) {
    crew[t]->task = {work, context, t, team, &pending};
    crew[t]->call();
  }
  work(context, 0, team);
  if (team == 1) return;
  for (Spinner spinner; pending.load(std::memory_order_acquire) != 0;) spinner.wait();
  std::lock_guard<std::mutex> lock(mutex_);
  for (int t = team - 1; t > 0; --t) idle_.push_back(crew[t]);
  idle_again_.notify_all();
}

bool Pool::post(Work work, void* context) {
  Worker* worker = take();
  if (!worker) return false;
  worker->task = {work, context, 0, 1, nullptr};
  worker->call();
  return true;
}

void Pool::stop() {
  std::vector<Worker*> leaving;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    idle_again_.wait(lock, [this] { return static_cast<int>(idle_.size()) == workers_; });
    leaving.swap(idle_);
    workers_ = 0;
  }
  for (Worker* worker : leaving) {
    worker->leave = true;
    worker->call();
    worker->thread.join();
    delete worker;
  }
}

int Pool::size() {
  std::lock_guard<std::mutex> lock(mutex_);
  return workers_;
}

Pool& pool() {
  static Pool& process_pool = *new Pool;
  return process_pool;
}

}  // namespace plummet
