// The export `kernel`: one op on arrays, without a plan.
#include "kernel.h"

#include "../plan/single.h"
#include "plan_handle.h"

namespace plummet {
namespace {

Checked read_single(napi_env env, const napi_value* arguments, const std::vector<napi_value>& values, Single& single) {
  double op = 0;
  Checked failure = read_kernels(env, arguments[0], single.kernels);
  if (!failure) failure = read_threads(env, arguments[1], single.threads);
  if (!failure) failure = read_whole(env, arguments[2], "op", 0, kOpCount - 1, op);
  if (!failure) failure = read_numbers(env, arguments[4], "dims", single.dims);
  if (failure) return failure;
  single.op = static_cast<int>(op);
  single.arrays.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const std::vector<OperandSpec>& operands = op_table()[static_cast<size_t>(single.op)].operands;
    // Named only in an error: a name costs more than the rest of the check.
    if (read_array(env, values[i], "", single.arrays[i])) {
      return read_array(env, values[i], operands[i % operands.size()].name.c_str(), single.arrays[i]);
    }
  }
  return {};
}

}  // namespace

napi_value kernel(napi_env env, napi_callback_info info) {
  const char* const kName = "kernel";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<5> arguments(env, info);
    std::vector<napi_value> values;
    Checked failure;
    // Elements first: a getter among them may detach what has been read before.
    if (!read_elements(env, arguments.value[3], "arrays", values, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    Single single;
    failure = read_single(env, arguments.value, values, single);
    int status = 0;
    if (!failure) failure = run_single(single, status);
    if (failure) return throw_failure(env, kName, *failure);
    napi_value result = nullptr;
    napi_create_int32(env, status, &result);
    return result;
  });
}

}  // namespace plummet
