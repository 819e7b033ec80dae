#pragma once
#include <napi.h>

namespace plummet {

napi_value prepare_calls(napi_env env, napi_callback_info info);

}  // namespace plummet
