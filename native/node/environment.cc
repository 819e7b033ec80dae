#include "environment.h"

#include "../runtime/pool.h"

namespace plummet {
namespace {

using Holder = std::shared_ptr<Environment>;

// How many environments have the addon: with the last one the pool's threads go.
struct Environments {
  std::mutex mutex;
  int count = 0;
};

Environments& environments() {
  static Environments& all = *new Environments;
  return all;
}

}  // namespace

bool Environment::enter(napi_env env) {
  auto* holder = new Holder(std::make_shared<Environment>());
  const auto forget = [](napi_env, void* data, void*) { delete static_cast<Holder*>(data); };
  if (napi_set_instance_data(env, holder, forget, nullptr) != napi_ok) {
    delete holder;
    return false;
  }
  // The threadsafe function has a cleanup hook of its own. Hooks run last in, first out, so ours, which waits for the
  // threads that use it, is added after it.
  napi_value name = nullptr;
  Environment& self = **holder;
  if (napi_create_string_utf8(env, "plummet", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, report,
                                      &self.reports_) != napi_ok ||
      napi_unref_threadsafe_function(env, self.reports_) != napi_ok) {
    return false;
  }
  std::lock_guard<std::mutex> lock(environments().mutex);
  if (napi_add_env_cleanup_hook(env, leave, holder) != napi_ok) return false;
  ++environments().count;
  return true;
}

std::shared_ptr<Environment> Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Holder*>(data);
}

// The environment ends: its runs stop before their next batch.
void Environment::leave(void* data) {
  {
    Environment& self = **static_cast<Holder*>(data);
    std::unique_lock<std::mutex> lock(self.mutex_);
    self.closing_ = true;
    for (Job* job : self.running_) job->cancelled.store(true, std::memory_order_relaxed);
    self.idle_.wait(lock, [&self] { return self.running_.empty(); });
  }
  std::lock_guard<std::mutex> lock(environments().mutex);
  if (--environments().count == 0) pool().stop();
}

Checked Environment::begin(napi_env env, std::unique_ptr<Job> job) {
  job->environment = shared_from_this();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    running_.insert(job.get());
  }
  if (!pool().post(work, job.get())) {
    std::lock_guard<std::mutex> lock(mutex_);
    running_.erase(job.get());
    return backend_failure("the system gives no further thread.");
  }
  job.release();
  if (unreported_++ == 0) napi_ref_threadsafe_function(env, reports_);
  return {};
}

void Environment::work(void* context, int, int) {
  Job* job = static_cast<Job*>(context);
  job->status = execute(job->run, *job->bound, Turn::kWait, &job->cancelled);
  const std::shared_ptr<Environment> environment = job->environment;
  environment->finish(job);
}

void Environment::finish(Job* job) {
  std::lock_guard<std::mutex> lock(mutex_);
  running_.erase(job);
  // While the environment closes there is nobody to tell.
  if (closing_ || napi_call_threadsafe_function(reports_, job, napi_tsfn_nonblocking) != napi_ok) delete job;
  idle_.notify_all();
}

void Environment::report(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  job->prepared->bound = std::move(job->bound);
  if (!env) return;  // closing
  Environment& self = *job->environment;
  if (--self.unreported_ == 0) napi_unref_threadsafe_function(env, self.reports_);
  napi_value kept = nullptr, done = nullptr, receiver = nullptr;
  napi_get_reference_value(env, job->keep, &kept);
  napi_get_element(env, kept, 0, &done);
  napi_delete_reference(env, job->keep);
  napi_get_undefined(env, &receiver);
  napi_value arguments[2];
  napi_get_null(env, &arguments[0]);
  napi_create_int32(env, job->status, &arguments[1]);
  if (napi_call_function(env, receiver, done, 2, arguments, nullptr) != napi_pending_exception) return;
  napi_value thrown = nullptr;
  napi_get_and_clear_last_exception(env, &thrown);
  if (thrown) napi_fatal_exception(env, thrown);  // an uncaught exception, as from any other callback
}

}  // namespace plummet
