// The export `prepare`: plans and arrays are read and checked once; the function it makes runs many steps in one call.
#pragma once
#include <napi.h>

namespace plummet {

napi_value prepare(napi_env env, napi_callback_info info);

}  // namespace plummet
