// The exports `kernel` and `prepareKernel`: one op on arrays, without a plan.
#include "kernel.h"

#include <string.h>

#include <memory>
#include <utility>

#include "../plan/single.h"
#include "function.h"
#include "plan_handle.h"

namespace plummet {
namespace {

const OpSpec& spec_of(const Single& single) { return op_table()[static_cast<size_t>(single.op)]; }

// Which op, and by what it is run: the first three arguments of both exports.
Checked read_op(napi_env env, const napi_value* arguments, Single& single) {
  double op = 0;
  Checked failure = read_kernels(env, arguments[0], single.kernels);
  if (!failure) failure = read_threads(env, arguments[1], single.threads);
  if (!failure) failure = read_whole(env, arguments[2], "op", 0, kOpCount - 1, op);
  if (!failure) single.op = static_cast<int>(op);
  return failure;
}

}  // namespace

Checked read_single(napi_env env, const napi_value* arguments, Single& single) {
  Checked failure = read_op(env, arguments, single);
  if (!failure) failure = read_numbers(env, arguments[4], "dims", single.dims);
  if (failure) return failure;
  const OpSpec& spec = spec_of(single);
  if (single.dims.size() % spec.dims.size() == 0) return {};
  return shape_failure(spec.name + ": dims has " + std::to_string(single.dims.size()) +
                       " elements, expected a multiple of " + std::to_string(spec.dims.size()) + ".");
}

Checked read_arrays(napi_env env, const std::vector<napi_value>& values, Single& single) {
  const std::vector<OperandSpec>& operands = spec_of(single).operands;
  single.arrays.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const char* const name = operands[i % operands.size()].name.c_str();
    if (Checked failure = read_array(env, values[i], name, single.arrays[i])) return failure;
  }
  return {};
}

namespace {

// Runs it, if nothing is wrong yet.
napi_value run(napi_env env, Single& single, Checked failure) {
  int status = 0;
  if (!failure) failure = run_single(single, status);
  if (failure) return throw_failure(env, "kernel", *failure);
  napi_value result = nullptr;
  napi_create_int32(env, status, &result);
  return result;
}

// What the function that `prepareKernel` makes runs. Its dims are read at each call.
struct PreparedKernel {
  Single single;
  const double* dims = nullptr;
};

Checked read_prepared(napi_env env, const napi_value* arguments, PreparedKernel& prepared) {
  Array dims;
  Checked failure = read_op(env, arguments, prepared.single);
  if (!failure) failure = read_array(env, arguments[3], "dims", dims);
  if (failure) return failure;
  const OpSpec& spec = spec_of(prepared.single);
  const auto count = static_cast<int64_t>(spec.dims.size());
  if (!dims.present || dims.type != ElementType::kF64 || dims.length != count || !is_shared(env, arguments[3])) {
    return type_failure("dims is not a Float64Array of " + std::to_string(count) + " elements in shared memory.");
  }
  prepared.single.arrays.resize(spec.operands.size());
  prepared.single.dims.resize(spec.dims.size());
  prepared.dims = static_cast<const double*>(dims.data);
  return {};
}

napi_value call(napi_env env, napi_callback_info info) {
  return guarded(env, "kernel", [&]() -> napi_value {
    napi_value values[kMaxOperands];
    size_t given = kMaxOperands;
    void* data = nullptr;
    napi_get_cb_info(env, info, &given, values, nullptr, &data);
    PreparedKernel& prepared = *static_cast<PreparedKernel*>(data);
    Single& single = prepared.single;
    const std::vector<OperandSpec>& operands = spec_of(single).operands;
    Checked failure;
    for (size_t i = 0; i < operands.size() && !failure; ++i) {
      failure = read_array(env, values[i], operands[i].name.c_str(), single.arrays[i]);
    }
    memcpy(single.dims.data(), prepared.dims, single.dims.size() * sizeof(double));
    return run(env, single, std::move(failure));
  });
}

}  // namespace

napi_value prepare_kernel(napi_env env, napi_callback_info info) {
  const char* const kName = "prepareKernel";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<4> arguments(env, info);
    auto prepared = std::make_unique<PreparedKernel>();
    if (Checked failure = read_prepared(env, arguments.value, *prepared)) return throw_failure(env, kName, *failure);
    // The dims live as long as the function.
    napi_value function = make_function(env, "kernel", call, std::move(prepared), "dims", arguments.value[3]);
    return function ? function : throw_failure(env, kName, backend_failure("no function can be made."));
  });
}

napi_value kernel(napi_env env, napi_callback_info info) {
  const char* const kName = "kernel";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<5> arguments(env, info);
    Single single;
    std::vector<napi_value> values;
    Checked failure = read_single(env, arguments.value, single);
    if (failure) return throw_failure(env, kName, *failure);
    const size_t operands = spec_of(single).operands.size();
    // Elements before memory: a getter among them may detach what has been read before.
    if (!read_elements(env, arguments.value[3], "arrays", single.count() * operands, values, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    return run(env, single, read_arrays(env, values, single));
  });
}

}  // namespace plummet
