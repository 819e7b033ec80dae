// Functions for JavaScript that own what they work on.
#pragma once
#include <napi.h>

#include <memory>

namespace plummet {

template <class Data>
void release_data(napi_env, void* data, void*) {
  delete static_cast<Data*>(data);
}

// A function of that name that runs `call` with `data`, which `release` ends with it. The memory that `data` points
// into is that of `kept`, which hangs on the function as the property `kept_name`, where nobody can take it away. (A
// reference that holds it would never end where it in turn leads to the function.) Null if there can be none.
template <class Data>
napi_value make_function(napi_env env, const char* name, napi_callback call, std::unique_ptr<Data> data,
                         const char* kept_name, napi_value kept, napi_finalize release = release_data<Data>) {
  napi_value function = nullptr;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, data.get(), &function) != napi_ok) return nullptr;
  const napi_property_descriptor property = {kept_name, nullptr, nullptr,      nullptr,
                                             nullptr,   kept,    napi_default, nullptr};
  if (napi_define_properties(env, function, 1, &property) != napi_ok) return nullptr;
  if (napi_add_finalizer(env, function, data.get(), release, nullptr, nullptr) != napi_ok) return nullptr;
  data.release();
  return function;
}

}  // namespace plummet
