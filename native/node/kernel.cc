// The export `kernel`: one op on arrays, without a plan.
#include "kernel.h"

#include "../plan/single.h"
#include "plan_handle.h"

namespace plummet {
namespace {

// All but the arrays.
Checked read_single(napi_env env, const napi_value* arguments, Single& single) {
  double op = 0;
  Checked failure = read_kernels(env, arguments[0], single.kernels);
  if (!failure) failure = read_threads(env, arguments[1], single.threads);
  if (!failure) failure = read_whole(env, arguments[2], "op", 0, kOpCount - 1, op);
  if (!failure) failure = read_numbers(env, arguments[4], "dims", single.dims);
  if (failure) return failure;
  single.op = static_cast<int>(op);
  const OpSpec& spec = op_table()[static_cast<size_t>(single.op)];
  if (single.dims.size() % spec.dims.size() == 0) return {};
  return shape_failure(spec.name + ": dims has " + std::to_string(single.dims.size()) +
                       " elements, expected a multiple of " + std::to_string(spec.dims.size()) + ".");
}

Checked read_arrays(napi_env env, const std::vector<napi_value>& values, Single& single) {
  const std::vector<OperandSpec>& operands = op_table()[static_cast<size_t>(single.op)].operands;
  single.arrays.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const char* const name = operands[i % operands.size()].name.c_str();
    if (Checked failure = read_array(env, values[i], name, single.arrays[i])) return failure;
  }
  return {};
}

}  // namespace

napi_value kernel(napi_env env, napi_callback_info info) {
  const char* const kName = "kernel";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<5> arguments(env, info);
    Single single;
    std::vector<napi_value> values;
    Checked failure = read_single(env, arguments.value, single);
    if (failure) return throw_failure(env, kName, *failure);
    const size_t operands = op_table()[static_cast<size_t>(single.op)].operands.size();
    // Elements before memory: a getter among them may detach what has been read before.
    if (!read_elements(env, arguments.value[3], "arrays", single.count() * operands, values, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    int status = 0;
    failure = read_arrays(env, values, single);
    if (!failure) failure = run_single(single, status);
    if (failure) return throw_failure(env, kName, *failure);
    napi_value result = nullptr;
    napi_create_int32(env, status, &result);
    return result;
  });
}

}  // namespace plummet
