#pragma once
#include <napi.h>

namespace plummet {

napi_value draw(napi_env env, napi_callback_info info);

}  // namespace plummet
