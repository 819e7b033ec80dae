// Reading what JavaScript gave, and throwing what it deserves.
#pragma once
#include <napi.h>

#include <string>
#include <vector>

#include "../plan/failure.h"
#include "../plan/run.h"

namespace plummet {

// Throws `failure` as a TypeError, RangeError or Error with a code, after the name of the export. Returns null, as a
// function that has thrown does.
napi_value throw_failure(napi_env env, const char* function, const Failure& failure);

// The same as a value, for a callback.
napi_value error_value(napi_env env, const Failure& failure);

// What a call was given. A missing argument is undefined.
template <size_t kCount>
struct Arguments {
  napi_value value[kCount];

  Arguments(napi_env env, napi_callback_info info) {
    size_t count = kCount;
    napi_get_cb_info(env, info, &count, value, nullptr, nullptr);
  }
};

// A typed array or null. JavaScript may run no more between this and the last use of its memory.
Checked read_array(napi_env env, napi_value value, const char* what, Array& array);

// Whether a typed array lies in shared memory, which cannot be taken away from a thread.
bool is_shared(napi_env env, napi_value typed_array);

// A copy of a Float64Array: its numbers can then be looked at twice.
Checked read_numbers(napi_env env, napi_value value, const char* what, std::vector<double>& numbers);

// The elements of a JavaScript array of that length. This may run getters, so it comes before any memory is looked at.
// False: one of them has thrown, or `failure` says what is wrong.
bool read_elements(napi_env env, napi_value value, const char* what, size_t length, std::vector<napi_value>& elements,
                   Checked& failure);

Checked read_string(napi_env env, napi_value value, const char* what, std::string& text);
Checked read_whole(napi_env env, napi_value value, const char* what, double least, double largest, double& number);

// A whole number from 0 to 2^53 - 1, in words otherwise.
Checked check_whole(double number, const char* what, double least, double largest);

// Runs `body` and throws what it throws: no C++ exception may reach the engine.
template <class Body>
napi_value guarded(napi_env env, const char* function, Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    return throw_failure(env, function, backend_failure(error.what()));
  }
}

}  // namespace plummet
