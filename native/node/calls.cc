// The export `prepareCalls`: one op on the same arrays again and again, some of which may be exchanged. To look into a
// typed array takes longer than a step of sixty-four elements, so what does not change is read once.
#include "calls.h"

#include <memory>
#include <utility>

#include "../plan/single.h"
#include "function.h"
#include "kernel.h"
#include "plan_handle.h"

namespace plummet {
namespace {

// Memory that others may take away: held, and looked at before each call.
struct Held {
  napi_ref buffer;
  const void* data;
  size_t bytes;
};

struct PreparedCalls {
  Single single;
  std::vector<SinglePart> parts;
  std::vector<double> extents;   // of all arrays
  std::vector<int32_t> varying;  // places among the arrays
  std::vector<Held> fixed;       // those that stay
  std::vector<Held> exchanged;   // of the arrays at `varying`, once the same ones have come twice
};

Checked hold(napi_env env, napi_value buffer, std::vector<Held>& held) {
  Held one = {};
  void* data = nullptr;
  // Shared memory has no such information. It cannot be taken away either.
  if (napi_get_arraybuffer_info(env, buffer, &data, &one.bytes) != napi_ok) data = nullptr;
  one.data = data;
  if (napi_create_reference(env, buffer, 1, &one.buffer) != napi_ok)
    return backend_failure("no reference can be made.");
  held.push_back(one);
  return {};
}

void let_go(napi_env env, std::vector<Held>& held) {
  for (const Held& one : held) napi_delete_reference(env, one.buffer);
  held.clear();
}

bool still_there(napi_env env, const std::vector<Held>& held) {
  for (const Held& one : held) {
    if (one.data == nullptr) continue;
    napi_value buffer = nullptr;
    void* data = nullptr;
    size_t bytes = 0;
    if (napi_get_reference_value(env, one.buffer, &buffer) != napi_ok || buffer == nullptr) return false;
    if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) != napi_ok) return false;
    if (data != one.data || bytes != one.bytes) return false;
  }
  return true;
}

napi_value buffer_of(napi_env env, napi_value array) {
  napi_value buffer = nullptr;
  napi_get_typedarray_info(env, array, nullptr, nullptr, nullptr, &buffer, nullptr);
  return buffer;
}

void release(napi_env env, void* data, void*) {
  auto* const calls = static_cast<PreparedCalls*>(data);
  let_go(env, calls->fixed);
  let_go(env, calls->exchanged);
  delete calls;
}

size_t operands_of(const Single& single) { return op_table()[static_cast<size_t>(single.op)].operands.size(); }

// Reads the arrays that are exchanged, and checks the executions that they belong to.
Checked exchange(napi_env env, const napi_value* values, bool keep, PreparedCalls& calls) {
  Single& single = calls.single;
  const size_t operands = operands_of(single);
  const OpSpec& spec = op_table()[static_cast<size_t>(single.op)];
  let_go(env, calls.exchanged);
  for (size_t i = 0; i < calls.varying.size(); ++i) {
    const auto place = static_cast<size_t>(calls.varying[i]);
    const char* const name = spec.operands[place % operands].name.c_str();
    if (Checked failure = read_array(env, values[i], name, single.arrays[place])) return failure;
    SinglePart& part = calls.parts[place / operands];
    if (Checked failure = check_exchange(single, place, calls.extents.data(), part)) return failure;
    if (!keep) continue;
    if (Checked failure = hold(env, buffer_of(env, values[i]), calls.exchanged)) return failure;
  }
  return {};
}

napi_value call(napi_env env, napi_callback_info info) {
  return guarded(env, "kernel", [&]() -> napi_value {
    size_t count = 0;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, nullptr, nullptr, &data);
    PreparedCalls& calls = *static_cast<PreparedCalls*>(data);
    // What was not given is undefined.
    std::vector<napi_value> given(count == 1 ? 1 : 1 + calls.varying.size());
    count = given.size();
    napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr);
    bool same = false;
    napi_get_value_bool(env, given[0], &same);
    if (!same || given.size() > 1 || calls.exchanged.size() < calls.varying.size()) {
      given.resize(1 + calls.varying.size(), given[0]);
      if (Checked failure = exchange(env, given.data() + 1, same, calls)) return throw_failure(env, "kernel", *failure);
    }
    const bool there = still_there(env, calls.fixed) && still_there(env, calls.exchanged);
    napi_value result = nullptr;
    napi_create_int32(env, there ? run_parts(calls.single, calls.parts) : -1, &result);
    return result;
  });
}

Checked read_places(napi_env env, napi_value value, PreparedCalls& calls) {
  Array places;
  if (Checked failure = read_array(env, value, "varying", places)) return failure;
  if (!places.present || places.type != ElementType::kI32) return type_failure("varying is not an Int32Array.");
  const auto* const first = static_cast<const int32_t*>(places.data);
  if (places.length > 0) calls.varying.assign(first, first + places.length);
  for (const int32_t place : calls.varying) {
    if (place >= 0 && static_cast<size_t>(place) < calls.single.arrays.size()) continue;
    return shape_failure("varying holds " + std::to_string(place) + ", which is not the place of an array.");
  }
  return {};
}

// Checks all executions, and holds what stays.
Checked settle(napi_env env, const std::vector<napi_value>& values, PreparedCalls& calls) {
  calls.parts.resize(calls.single.count());
  const size_t operands = operands_of(calls.single);
  calls.extents.resize(values.size() + kMaxOperands);
  for (size_t i = 0; i < calls.parts.size(); ++i) {
    double* const extents = calls.extents.data() + i * operands;
    if (Checked failure = check_single(calls.single, i, calls.parts[i], extents)) return failure;
  }
  std::vector<bool> varies(values.size());
  for (const int32_t place : calls.varying) varies[static_cast<size_t>(place)] = true;
  for (size_t i = 0; i < values.size(); ++i) {
    if (varies[i] || !calls.single.arrays[i].present) continue;
    if (Checked failure = hold(env, buffer_of(env, values[i]), calls.fixed)) return failure;
  }
  return {};
}

}  // namespace

napi_value prepare_calls(napi_env env, napi_callback_info info) {
  const char* const kName = "prepareCalls";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<6> arguments(env, info);
    auto calls = std::make_unique<PreparedCalls>();
    std::vector<napi_value> values;
    Checked failure = read_single(env, arguments.value, calls->single);
    if (failure) return throw_failure(env, kName, *failure);
    const size_t count = calls->single.count() * operands_of(calls->single);
    if (!read_elements(env, arguments.value[3], "arrays", count, values, failure)) {
      return failure ? throw_failure(env, kName, *failure) : nullptr;
    }
    failure = read_arrays(env, values, calls->single);
    if (!failure) failure = read_places(env, arguments.value[5], *calls);
    if (!failure) failure = settle(env, values, *calls);
    PreparedCalls* const held = calls.get();
    napi_value function = nullptr;
    napi_value none = nullptr;
    napi_get_null(env, &none);
    if (!failure) function = make_function(env, "kernel", call, std::move(calls), "held", none, release);
    if (function) return function;
    if (calls) let_go(env, held->fixed);
    return throw_failure(env, kName, failure ? *failure : backend_failure("no function can be made."));
  });
}

}  // namespace plummet
