#pragma once
#include <napi.h>

#include <vector>

#include "../plan/single.h"
#include "values.h"

namespace plummet {

napi_value kernel(napi_env env, napi_callback_info info);
napi_value prepare_kernel(napi_env env, napi_callback_info info);

// What `kernel` is given, but for the arrays: instruction set, threads, op, (arrays,) dims.
Checked read_single(napi_env env, const napi_value* arguments, Single& single);
// As many as `single.dims` asks for.
Checked read_arrays(napi_env env, const std::vector<napi_value>& values, Single& single);

}  // namespace plummet
