#include "executor.h"

#include <string.h>

#include <algorithm>
#include <chrono>

#include "../runtime/leases.h"
#include "../runtime/pool.h"
#include "../runtime/workspace.h"
#include "first_error.h"
#include "upcoming.h"

namespace plummet {
namespace {

using Clock = std::chrono::steady_clock;

// A run keeps its threads at least this long before it lets others have them.
constexpr std::chrono::milliseconds kSlice{8};

// The slots of `control` are shared with JavaScript's Atomics.
std::atomic<int32_t>& slot(const Run& run, ControlSlot index) {
  static_assert(sizeof(std::atomic<int32_t>) == sizeof(int32_t), "an atomic slot is a plain one");
  return reinterpret_cast<std::atomic<int32_t>*>(run.control)[index];
}

void publish(const Run& run, ControlSlot index, int64_t value) {
  const int64_t most = INT32_MAX;
  slot(run, index).store(static_cast<int32_t>(std::min(value, most)), std::memory_order_relaxed);
}

// Where a run stands. Every thread counts for itself.
struct Position {
  int64_t epoch, batch, steps;
  int64_t evaluated;  // batches of the evaluation that are done
  int64_t advanced;   // rows of the table that steps have gone on by
  int64_t skipped;    // steps that were skipped
};

// One call of `execute`: what all threads of the region see.
struct Region {
  const Run& run;
  Bound& bound;
  const std::atomic<bool>* cancelled;
  int64_t batches, evaluation_batches;
  bool may_pause;
  int held = 0;  // threads it has leased, of those it wants
  int wanted = 1;
  bool watched = false;     // whether the team is of the size it asked for, so that its pace tells something
  Clock::time_point since;  // when this slice began,
  int64_t lost_before = 0;  // what had been lost by then,
  double work_before = 0;   // and done

  Position position;  // where the region begins and, after it, where it ended
  Barrier::Word outcome = Barrier::kGo;
  int64_t parallel_ops = 0;
  int team = 1;
  FirstError error;
  std::unique_ptr<Pace> pace;  // null where the number of threads does not change

  Region(const Run& run_, Bound& bound_, const std::atomic<bool>* cancelled_)
      : run(run_),
        bound(bound_),
        cancelled(cancelled_),
        batches(run.pass.batches()),
        evaluation_batches(run.evaluation.batches()),
        may_pause(false),
        position{run.first_epoch, run.first_batch, 0, 0, 0, 0} {}

  // What threads have lost by waiting, in this region. If one is late all others wait.
  int64_t lost(int threads) const { return (bound.barrier->lost() - lost_before) / std::max(threads - 1, 1); }

  // Up to a position. Of a partial batch the work counts in full.
  double work(const Position& at) const {
    const double training = bound.train.work, evaluation = bound.evaluation.work;
    const double epoch = static_cast<double>(batches) * training + static_cast<double>(evaluation_batches) * evaluation;
    return static_cast<double>(at.epoch) * epoch + static_cast<double>(at.batch) * training +
           static_cast<double>(at.evaluated) * evaluation;
  }

  // All that has been spent and done in this region and in those before.
  Effort effort(int threads, const Position& at) const {
    const std::chrono::nanoseconds time = Clock::now() - since;
    return pace->effort + Effort{time.count(), lost(threads), work(at) - work_before};
  }

  bool aborted() const {
    return slot(run, kAbortSlot).load(std::memory_order_relaxed) == 1 ||
           (cancelled && cancelled->load(std::memory_order_relaxed));
  }
};

// One thread's walk over the plan, again and again.
class Walker {
 public:
  Walker(Region& region, int thread, int team)
      : region_(region),
        run_(region.run),
        tracks_(region.bound.tracks[static_cast<size_t>(thread)]),
        position_(region.position),
        thread_(thread),
        team_(team),
        scalars_move_(run_.scalars_stride != 0 && region.bound.train.scalars_needed > 0),
        upcoming_(run_, entered(tracks_.train, region.bound.train)) {
    void* const workspace = thread_workspace();
    if (run_.shuffle) tracks_.shuffle.enter(region.bound.shuffle, thread, team, workspace);
    if (run_.evaluation.plan) tracks_.evaluation.enter(region.bound.evaluation, thread, team, workspace);
    tracks_.train.set_scalars(static_cast<const float*>(run_.scalars.data));
  }

  void walk() {
    Position before = position_;
    Barrier::Word word;
    for (;;) {
      end_epoch_if_due();
      word = agree(thread_ == 0 ? decide() : Barrier::kGo);
      if (word != Barrier::kGo) break;
      before = position_;
      if (!tick()) {
        word = Barrier::kFailed;
        break;
      }
    }
    if (thread_ != 0) return;
    region_.outcome = word;
    // A batch that failed has not been done, also where the others only hear of it at the next one.
    region_.position = word == Barrier::kFailed ? before : position_;
    publish_position(region_.position);
    region_.parallel_ops += parallel_ops_;
  }

 private:
  Barrier::Word decide() {
    publish_position(position_);
    if (position_.epoch >= run_.end_epoch) return Barrier::kStop;
    if (position_.batch < region_.batches && position_.steps >= run_.max_steps) return Barrier::kStop;
    if (region_.aborted()) return Barrier::kStop;
    if (region_.may_pause && share_changes() && Clock::now() - region_.since >= kSlice) return Barrier::kPause;
    return size_changes() ? Barrier::kPause : Barrier::kGo;
  }

  // Whether this run may have more threads now, or has more than its share.
  bool share_changes() const { return leases().wanted() || leases().more_for(region_.held, region_.wanted); }

  bool size_changes() {
    if (!region_.watched || !region_.pace->size.due(region_.pace->effort.lost + region_.lost(team_))) return false;
    return region_.pace->size.look(region_.effort(team_, position_));
  }

  void publish_position(const Position& position) {
    publish(run_, kEpochSlot, position.epoch);
    publish(run_, kBatchSlot, position.batch);
    publish(run_, kStepsSlot, position.steps);
    publish(run_, kAdvancedSlot, position.advanced);
    publish(run_, kSkippedSlot, position.skipped);
  }

  // Waits for all others; says what thread 0 has decided.
  Barrier::Word agree(Barrier::Word mine) {
    if (team_ == 1) return mine;
    return region_.bound.barrier->meet(thread_, team_, meetings_, failed_ ? Barrier::kFailed : mine);
  }

  // One batch of training or of the evaluation. False: stop, somebody has failed.
  bool tick() {
    if (position_.batch == region_.batches) return evaluate();
    if (position_.batch == 0 && !begin_epoch()) return false;
    Track& track = tracks_.train;
    place(track, run_.pass, position_.batch);
    upcoming_.begin((position_.batch + 1) * run_.pass.batch_size);
    if (scalars_move_) {
      track.set_scalars(static_cast<const float*>(run_.scalars.data) + position_.advanced * run_.scalars_stride);
    }
    if (!walk(track) || !advance(track.bound->advance)) return false;
    ++position_.batch;
    ++position_.steps;
    return true;
  }

  // Goes on to the next row of the table, if the batch was a step.
  bool advance(const float* slot) {
    if (!slot) {
      ++position_.advanced;
      return true;
    }
    // All have to have read it before the next batch writes it again, which none begins before the next meeting.
    if (agree(Barrier::kGo) != Barrier::kGo) return false;
    position_.advanced += *slot > 0;
    position_.skipped += *slot < 0;
    return true;
  }

  const Track& entered(Track& track, const BoundPlan& bound) const {
    track.enter(bound, thread_, team_, thread_workspace());
    track.set_rows(bound.full_rows);
    return track;
  }

  bool begin_epoch() {
    if (thread_ == 0 && run_.totals.length > 0) {
      memset(run_.totals.data, 0, static_cast<size_t>(run_.totals.length) * sizeof(double));
    }
    if (run_.shuffle) {
      tracks_.shuffle.set_epoch(position_.epoch);
      if (!walk(tracks_.shuffle)) return false;
    }
    return agree(Barrier::kGo) == Barrier::kGo;
  }

  bool evaluate() {
    // From its beginning, an evaluation that was stopped in the middle is repeated.
    if (position_.evaluated == 0 && thread_ == 0) {
      for (double* total : region_.bound.evaluation.totals) *total = 0;
    }
    place(tracks_.evaluation, run_.evaluation, position_.evaluated);
    if (!walk(tracks_.evaluation)) return false;
    ++position_.evaluated;
    return true;
  }

  void place(Track& track, const Pass& pass, int64_t batch) {
    const int64_t first = batch * pass.batch_size;
    track.set_first(first);
    track.set_rows(std::min(pass.batch_size, pass.rows - first));
    track.set_epoch(position_.epoch);
  }

  // `totals` is written by thread 0 alone, so it may read it without waiting.
  void end_epoch_if_due() {
    if (position_.epoch >= run_.end_epoch || position_.batch < region_.batches ||
        position_.evaluated < region_.evaluation_batches) {
      return;
    }
    if (thread_ == 0 && run_.history.present && run_.totals.length > 0) {
      double* row = static_cast<double*>(run_.history.data) + (position_.epoch - run_.first_epoch) * run_.totals.length;
      memcpy(row, run_.totals.data, static_cast<size_t>(run_.totals.length) * sizeof(double));
    }
    ++position_.epoch;
    position_.batch = 0;
    position_.evaluated = 0;
  }

  static bool holds(const Call& call) {
    for (const float* condition : call.when) {
      if (!condition) break;  // they come first
      if (*condition == 0) return false;
    }
    return true;
  }

  bool walk(Track& track) {
    const size_t count = track.calls.size();
    for (size_t i = 0; i < count; ++i) {
      Call& call = track.calls[i];
      upcoming_.ask();
      if (call.barrier && agree(Barrier::kGo) != Barrier::kGo) return false;
      if (failed_ || call.begin >= call.end || !holds(call)) continue;
      const int status = call.kernel(call.args, call.begin, call.end);
      if (status != kOk) {
        region_.error.report(i, thread_, status);
        if (team_ == 1) return false;
        failed_ = true;  // the others hear of it at the next barrier
      }
    }
    parallel_ops_ += track.divided_ops;
    return true;
  }

  Region& region_;
  const Run& run_;
  Bound::Tracks& tracks_;
  Position position_;
  const int thread_, team_;
  const bool scalars_move_;
  Upcoming upcoming_;
  uint32_t meetings_ = 0;
  int64_t parallel_ops_ = 0;
  bool failed_ = false;
};

void work(void* context, int thread, int team) {
  Region& region = *static_cast<Region*>(context);
  Walker(region, thread, team).walk();
}

// One parallel region: from the region's position to where it ends.
void run_region(Region& region, int threads) {
  region.watched = region.pace && region.pace->size.now() == threads;
  if (region.may_pause || region.watched) region.since = Clock::now();
  if (region.watched) {
    region.lost_before = region.bound.barrier->lost();
    region.work_before = region.work(region.position);
  }
  if (threads > 1) region.bound.barrier->reset();
  pool().run(
      threads,
      [](void* context, int thread, int team) {
        Region& r = *static_cast<Region*>(context);
        if (thread == 0) r.team = std::max(r.team, team);
        work(context, thread, team);
      },
      &region);
  if (region.watched) region.pace->effort = region.effort(threads, region.position);
}

// How many threads the next region has; what it has leased for them is in `region.held`. 0: it has been cancelled while
// it waited for its turn.
int take_threads(Region& region, Turn turn) {
  region.wanted = region.pace ? region.pace->size.now() : static_cast<int>(region.bound.tracks.size());
  if (turn == Turn::kWait) {
    region.held = leases().take(region.wanted, [&region] { return region.aborted(); });
    if (region.held == 0) return 0;
  } else {
    region.held = region.wanted > 1 ? leases().try_take(region.wanted) : 0;
    if (region.held == 0) return 1;
  }
  // Who may have the whole budget may also have more threads than there are processors.
  return region.held == leases().budget() ? region.wanted : region.held;
}

}  // namespace

int execute(const Run& run, Bound& bound, Turn turn, const std::atomic<bool>* cancelled) {
  Region region(run, bound, cancelled);
  // A threshold of zero asks for all threads in any case.
  if (bound.tracks.size() > 1 && bound.key.threshold > 0) {
    region.pace = run.pass.plan->pace.take();
    if (!region.pace) region.pace.reset(new Pace{TeamSize(run.pass.plan->threads), {}});
  }
  int status = kDone;
  for (;;) {
    region.error.reset();
    const int threads = take_threads(region, turn);
    if (threads == 0) {
      status = kAborted;
      break;
    }
    region.may_pause = region.held > 0;
    run_region(region, threads);
    if (region.held > 0) leases().give_back(region.held);
    if (region.outcome == Barrier::kPause) continue;
    if (region.outcome == Barrier::kFailed) {
      status = region.error.status();
    } else {
      const Position& at = region.position;
      const bool all = at.epoch >= run.end_epoch || (at.batch < region.batches && at.steps >= run.max_steps);
      status = all ? kDone : kAborted;
    }
    break;
  }
  if (region.pace) run.pass.plan->pace.keep(std::move(region.pace));
  publish(run, kThreadsSlot, region.team);
  publish(run, kParallelOpsSlot, region.parallel_ops);
  slot(run, kStatusSlot).store(status, std::memory_order_release);
  return status;
}

}  // namespace plummet
