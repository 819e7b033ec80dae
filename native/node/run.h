#pragma once
#include <napi.h>

namespace plummet {

napi_value run(napi_env env, napi_callback_info info);
napi_value start(napi_env env, napi_callback_info info);

}  // namespace plummet
