// The exports `run` and `start`: many steps of a plan in one call.
#include "run.h"

#include <algorithm>

#include "environment.h"
#include "plan_handle.h"

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

bool allowed(const ArrayRule& rule, ElementType type) {
  const bool of_type[] = {rule.f32, rule.f64, rule.i32, rule.u8};
  return of_type[static_cast<int>(type)];
}

Checked read_number_list(const std::vector<double>& given, bool evaluates, int64_t* numbers) {
  if (given.size() != kNumberCount) {
    return shape_failure("numbers has " + std::to_string(given.size()) + " elements, expected " +
                         std::to_string(kNumberCount) + ".");
  }
  for (int i = 0; i < kNumberCount; ++i) {
    const bool idle = !evaluates && (i == kEvaluationRowsNumber || i == kEvaluationBatchSizeNumber);
    double number = idle ? 0 : given[static_cast<size_t>(i)];
    // `control` counts steps in 32 bits: a call does no more, and says where it stands.
    if (i == kMaxStepsNumber && number > INT32_MAX) number = INT32_MAX;
    if (Checked failure = check_whole(number, kNumberNames[i], 0, kLargestDim)) return failure;
    numbers[i] = static_cast<int64_t>(number);
  }
  return {};
}

// What `run` or `start` is asked, read and checked. What it holds of JavaScript's memory is valid until JavaScript runs
// again.
struct Request {
  std::shared_ptr<const Plan> plans[3];
  std::vector<napi_value> values;  // the arrays
  Run run;
  std::unique_ptr<Bound> bound;

  // False: thrown, or `failure` says what is wrong.
  bool read(napi_env env, const napi_value* arguments, bool shared, Checked& failure) {
    // Elements first: a getter among them may detach what has been read before.
    if (!read_elements(env, arguments[3], "arrays", kArrayCount, values, failure)) return false;
    failure = read_plan(env, arguments[0], "plan", false, plans[0]);
    if (!failure) failure = read_plan(env, arguments[1], "shuffle", true, plans[1]);
    if (!failure) failure = read_plan(env, arguments[2], "evaluation", true, plans[2]);
    if (!failure) failure = read_numbers_and_arrays(env, arguments[4], shared);
    if (!failure) failure = bind_run(run, bound);
    return !failure;
  }

 private:
  Checked read_numbers_and_arrays(napi_env env, napi_value numbers_value, bool shared) {
    std::vector<double> given;
    if (Checked failure = plummet::read_numbers(env, numbers_value, "numbers", given)) return failure;
    int64_t numbers[kNumberCount];
    if (Checked failure = read_number_list(given, plans[2] != nullptr, numbers)) return failure;
    Array arrays[kArrayCount];
    for (int i = 0; i < kArrayCount; ++i) {
      if (Checked failure = read_one(env, i, shared, arrays[i])) return failure;
    }
    if (arrays[kControlArray].length < kControlSlots) {
      return shape_failure("control has " + std::to_string(arrays[kControlArray].length) +
                           " elements, expected at least " + std::to_string(kControlSlots) + ".");
    }
    run.pass = {plans[0].get(), arrays[kXArray], arrays[kYArray], numbers[kRowsNumber], numbers[kBatchSizeNumber]};
    run.shuffle = plans[1].get();
    run.evaluation = {plans[2].get(), arrays[kEvaluationXArray], arrays[kEvaluationYArray],
                      numbers[kEvaluationRowsNumber], numbers[kEvaluationBatchSizeNumber]};
    run.params = arrays[kParamsArray];
    run.state = arrays[kStateArray];
    run.scratch = arrays[kScratchArray];
    run.totals = arrays[kTotalsArray];
    run.output = arrays[kOutputArray];
    run.rows = arrays[kRowsArray];
    run.scalars = arrays[kScalarsArray];
    run.history = arrays[kHistoryArray];
    run.control = static_cast<int32_t*>(arrays[kControlArray].data);
    run.first_epoch = numbers[kFirstEpochNumber];
    run.first_batch = numbers[kFirstBatchNumber];
    run.end_epoch = numbers[kEndEpochNumber];
    run.max_steps = numbers[kMaxStepsNumber];
    run.scalars_stride = numbers[kScalarsStrideNumber];
    return {};
  }

  Checked read_one(napi_env env, int index, bool shared, Array& array) {
    const ArrayRule& rule = kArrayRules[index];
    const napi_value value = values[static_cast<size_t>(index)];
    if (Checked failure = read_array(env, value, rule.name, array)) return failure;
    if (!array.present) return {};
    if (!allowed(rule, array.type)) {
      return type_failure(std::string(rule.name) + " holds " + name_of(array.type) + ", which it may not.");
    }
    if (shared && !is_shared(env, value)) {
      return type_failure(std::string(rule.name) +
                          " is not in shared memory; start takes only views of a SharedArrayBuffer.");
    }
    return {};
  }
};

// Everything that must stay until a run is over, and `done`, in one JavaScript array.
napi_ref keep(napi_env env, const napi_value* arguments, const std::vector<napi_value>& values) {
  napi_value kept = nullptr;
  napi_ref reference = nullptr;
  if (napi_create_array_with_length(env, 1 + values.size(), &kept) != napi_ok) return nullptr;
  napi_set_element(env, kept, 0, arguments[5]);
  for (size_t i = 0; i < values.size(); ++i) napi_set_element(env, kept, static_cast<uint32_t>(i + 1), values[i]);
  napi_create_reference(env, kept, 1, &reference);
  return reference;
}

}  // namespace

napi_value run(napi_env env, napi_callback_info info) {
  const char* const kName = "run";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<5> arguments(env, info);
    Request request;
    Checked failure;
    if (!request.read(env, arguments.value, false, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    const int status = execute(request.run, *request.bound, Turn::kNow, nullptr);
    request.plans[0]->keep_spare(std::move(request.bound));
    napi_value result = nullptr;
    napi_create_int32(env, status, &result);
    return result;
  });
}

napi_value start(napi_env env, napi_callback_info info) {
  const char* const kName = "start";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<6> arguments(env, info);
    napi_valuetype type = napi_undefined;
    napi_typeof(env, arguments.value[5], &type);
    if (type != napi_function) return throw_failure(env, kName, type_failure("done is not a function."));
    Request request;
    Checked failure;
    if (!request.read(env, arguments.value, true, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    auto job = std::make_unique<Job>();
    job->run = request.run;
    std::move(request.plans, request.plans + 3, job->plans);
    job->bound = std::move(request.bound);
    job->keep = keep(env, arguments.value, request.values);
    if (!job->keep) return throw_failure(env, kName, backend_failure("no reference to the arrays can be made."));
    const napi_ref kept = job->keep;
    failure = Environment::of(env)->begin(env, std::move(job));
    if (!failure) return nullptr;
    napi_delete_reference(env, kept);
    return throw_failure(env, kName, *failure);
  });
}

}  // namespace plummet
