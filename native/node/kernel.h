#pragma once
#include <napi.h>

namespace plummet {

napi_value kernel(napi_env env, napi_callback_info info);
napi_value prepare_kernel(napi_env env, napi_callback_info info);

}  // namespace plummet
