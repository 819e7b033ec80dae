#include "run.h"

#include <string.h>

#include <algorithm>

#include "environment.h"
#include "function.h"
#include "plan_handle.h"
#include "prepared.h"

namespace plummet {
namespace {

enum ArrayIndex {
  kParamsArray,
  kStateArray,
  kScratchArray,
  kTotalsArray,
  kOutputArray,
  kXArray,
  kYArray,
  kRowsArray,
  kScalarsArray,
  kEvaluationXArray,
  kEvaluationYArray,
  kHistoryArray,
  kControlArray,
  kCommandArray,
  kArrayCount
};

struct ArrayRule {
  const char* name;
  bool f32, f64, i32, u8;  // which types it may have
};

constexpr ArrayRule kArrayRules[kArrayCount] = {
    {"params", true, false, false, false},
    {"state", true, false, false, false},
    {"scratch", true, false, false, false},
    {"totals", false, true, false, false},
    {"output", true, false, false, false},
    {"x", true, false, false, true},
    {"y", true, false, true, false},
    {"rows", false, false, true, false},
    {"scalars", true, false, false, false},
    {"evaluation x", true, false, false, true},
    {"evaluation y", true, false, true, false},
    {"history", false, true, false, false},
    {"control", false, false, true, false},
    {"command", false, true, false, false},
};

enum NumberIndex {
  kRowsNumber,
  kBatchSizeNumber,
  kEvaluationRowsNumber,
  kEvaluationBatchSizeNumber,
  kFirstEpochNumber,
  kFirstBatchNumber,
  kEndEpochNumber,
  kMaxStepsNumber,
  kScalarsStrideNumber,
  kNumberCount
};

constexpr const char* kNumberNames[kNumberCount] = {
    "pass.rows",  "pass.batchSize", "evaluation.rows", "evaluation.batchSize", "firstEpoch",
    "firstBatch", "endEpoch",       "maxSteps",        "scalarsStride"};

using Holder = std::shared_ptr<Prepared>;

bool allowed(const ArrayRule& rule, ElementType type) {
  const bool of_type[] = {rule.f32, rule.f64, rule.i32, rule.u8};
  return of_type[static_cast<int>(type)];
}

Checked read_one(napi_env env, const ArrayRule& rule, napi_value value, Array& array) {
  if (Checked failure = read_array(env, value, rule.name, array)) return failure;
  if (!array.present) return {};
  if (!allowed(rule, array.type)) {
    return type_failure(std::string(rule.name) + " holds " + name_of(array.type) + ", which it may not.");
  }
  if (is_shared(env, value)) return {};
  return type_failure(std::string(rule.name) +
                      " is not in shared memory; a run takes only views of a SharedArrayBuffer.");
}

Checked check_slots(const Array& array, const char* name, int64_t least) {
  if (array.length >= least) return {};
  return shape_failure(std::string(name) + " has " + std::to_string(array.length) + " elements, expected at least " +
                       std::to_string(least) + ".");
}

Checked read_arrays(napi_env env, const std::vector<napi_value>& values, Prepared& prepared) {
  Array arrays[kArrayCount];
  for (size_t i = 0; i < kArrayCount; ++i) {
    if (Checked failure = read_one(env, kArrayRules[i], values[i], arrays[i])) return failure;
  }
  if (Checked failure = check_slots(arrays[kControlArray], "control", kControlSlots)) return failure;
  if (Checked failure = check_slots(arrays[kCommandArray], "command", kNumberCount)) return failure;
  Run& run = prepared.run;
  run.pass = {prepared.plans[0].get(), arrays[kXArray], arrays[kYArray]};
  run.shuffle = prepared.plans[1].get();
  run.evaluation = {prepared.plans[2].get(), arrays[kEvaluationXArray], arrays[kEvaluationYArray]};
  run.params = arrays[kParamsArray];
  run.state = arrays[kStateArray];
  run.scratch = arrays[kScratchArray];
  run.totals = arrays[kTotalsArray];
  run.output = arrays[kOutputArray];
  run.rows = arrays[kRowsArray];
  run.scalars = arrays[kScalarsArray];
  run.history = arrays[kHistoryArray];
  run.control = static_cast<int32_t*>(arrays[kControlArray].data);
  prepared.command = static_cast<const double*>(arrays[kCommandArray].data);
  return {};
}

// The numbers of this call. Other threads may write to them meanwhile, so what is checked is a copy.
Checked read_command(Prepared& prepared) {
  Run& run = prepared.run;
  double given[kNumberCount];
  memcpy(given, prepared.command, sizeof given);
  int64_t numbers[kNumberCount];
  for (int i = 0; i < kNumberCount; ++i) {
    const bool idle = !run.evaluation.plan && (i == kEvaluationRowsNumber || i == kEvaluationBatchSizeNumber);
    double number = idle ? 0 : given[i];
    // `control` counts steps in 32 bits: a call does no more, and says where it stands.
    if (i == kMaxStepsNumber && number > INT32_MAX) number = INT32_MAX;
    if (Checked failure = check_whole(number, kNumberNames[i], 0, kLargestDim)) return failure;
    numbers[i] = static_cast<int64_t>(number);
  }
  run.pass.rows = numbers[kRowsNumber];
  run.pass.batch_size = numbers[kBatchSizeNumber];
  run.evaluation.rows = numbers[kEvaluationRowsNumber];
  run.evaluation.batch_size = numbers[kEvaluationBatchSizeNumber];
  run.first_epoch = numbers[kFirstEpochNumber];
  run.first_batch = numbers[kFirstBatchNumber];
  run.end_epoch = numbers[kEndEpochNumber];
  run.max_steps = numbers[kMaxStepsNumber];
  run.scalars_stride = numbers[kScalarsStrideNumber];
  return {};
}

Checked bind(Prepared& prepared) {
  Checked failure = read_command(prepared);
  if (!failure) failure = bind_run(prepared.run, prepared.bound);
  return failure;
}

napi_value run(napi_env env, Prepared& prepared) {
  if (Checked failure = bind(prepared)) return throw_failure(env, "run", *failure);
  const int status = execute(prepared.run, *prepared.bound, Turn::kNow, nullptr);
  napi_value result = nullptr;
  napi_create_int32(env, status, &result);
  return result;
}

// Both stay until the run is over: `done`, and through the function the arrays.
napi_ref keep(napi_env env, napi_value done, napi_value function) {
  napi_value kept = nullptr;
  napi_ref reference = nullptr;
  if (napi_create_array_with_length(env, 2, &kept) != napi_ok) return nullptr;
  napi_set_element(env, kept, 0, done);
  napi_set_element(env, kept, 1, function);
  napi_create_reference(env, kept, 1, &reference);
  return reference;
}

napi_value start(napi_env env, const Holder& prepared, napi_value done, napi_value function) {
  const char* const kName = "start";
  napi_valuetype type = napi_undefined;
  napi_typeof(env, done, &type);
  if (type != napi_function) return throw_failure(env, kName, type_failure("done is not a function."));
  if (Checked failure = bind(*prepared)) return throw_failure(env, kName, *failure);
  const napi_ref kept = keep(env, done, function);
  if (!kept) return throw_failure(env, kName, backend_failure("no reference to the arrays can be made."));
  auto job = std::make_unique<Job>();
  job->prepared = prepared;
  job->run = prepared->run;
  job->bound = std::move(prepared->bound);
  job->keep = kept;
  Checked failure = Environment::of(env)->begin(env, std::move(job));
  if (!failure) return nullptr;
  napi_delete_reference(env, kept);
  return throw_failure(env, kName, *failure);
}

// What `prepare` has made is called.
napi_value call(napi_env env, napi_callback_info info) {
  return guarded(env, "run", [&]() -> napi_value {
    size_t count = 1;
    napi_value done = nullptr;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, &done, nullptr, &data);
    const Holder& prepared = *static_cast<Holder*>(data);
    if (count == 0) return run(env, *prepared);
    napi_value function = nullptr;
    napi_get_reference_value(env, prepared->function, &function);
    return start(env, prepared, done, function);
  });
}

void release(napi_env env, void* data, void*) {
  const Holder* holder = static_cast<Holder*>(data);
  napi_delete_reference(env, (*holder)->function);
  delete holder;
}

// A function that keeps the arrays alive as long as it lives itself.
napi_value function_on(napi_env env, const Holder& prepared, const std::vector<napi_value>& values) {
  napi_value kept = nullptr;
  if (napi_create_array_with_length(env, values.size(), &kept) != napi_ok) return nullptr;
  for (size_t i = 0; i < values.size(); ++i) {
    if (napi_set_element(env, kept, static_cast<uint32_t>(i), values[i]) != napi_ok) return nullptr;
  }
  if (napi_object_freeze(env, kept) != napi_ok) return nullptr;
  const napi_value function =
      make_function(env, "run", call, std::make_unique<Holder>(prepared), "arrays", kept, release);
  if (!function || napi_create_reference(env, function, 0, &prepared->function) != napi_ok) return nullptr;
  return function;
}

}  // namespace

napi_value prepare(napi_env env, napi_callback_info info) {
  const char* const kName = "prepare";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<4> arguments(env, info);
    std::vector<napi_value> values;
    Checked failure;
    // Elements first: they may be getters.
    if (!read_elements(env, arguments.value[3], "arrays", kArrayCount, values, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    auto prepared = std::make_shared<Prepared>();
    failure = read_plan(env, arguments.value[0], "plan", false, prepared->plans[0]);
    if (!failure) failure = read_plan(env, arguments.value[1], "shuffle", true, prepared->plans[1]);
    if (!failure) failure = read_plan(env, arguments.value[2], "evaluation", true, prepared->plans[2]);
    if (!failure) failure = read_arrays(env, values, *prepared);
    if (failure) return throw_failure(env, kName, *failure);
    napi_value function = function_on(env, prepared, values);
    return function ? function : throw_failure(env, kName, backend_failure("no function can be made."));
  });
}

}  // namespace plummet
