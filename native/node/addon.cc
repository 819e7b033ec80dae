// The addon: what it exports (src/kernels/addon.ts), and what says what is in it.
#include <napi.h>

#include "../plan/bind.h"
#include "../plan/ops.h"
#include "../runtime/cpu.h"
#include "../runtime/dispatch.h"
#include "../runtime/pin.h"
#include "../runtime/processors.h"
#include "calls.h"
#include "draw.h"
#include "environment.h"
#include "kernel.h"
#include "plan_handle.h"
#include "run.h"
#include "values.h"

namespace plummet {
namespace {

Napi::Array names_of_sets(Napi::Env env, bool supported) {
  Napi::Array names = Napi::Array::New(env);
  for (const KernelSet& set : kernel_sets()) {
    if (set.supported == supported) names.Set(names.Length(), Napi::String::New(env, set.table->isa));
  }
  return names;
}

napi_value info(napi_env raw_env, napi_callback_info) {
  return guarded(raw_env, "info", [&]() -> napi_value {
    const Napi::Env env(raw_env);
    Napi::Object result = Napi::Object::New(env);
    result.Set("version", PLUMMET_VERSION);
    result.Set("isas", names_of_sets(env, true));
    result.Set("unsupported", names_of_sets(env, false));
    result.Set("processors", processors());
    result.Set("cpu", cpu_name());
    return result;
  });
}

napi_value ops(napi_env env, napi_callback_info) {
  return guarded(env, "ops", [&]() -> napi_value { return Napi::String::New(env, op_table_json()); });
}

napi_value measure(napi_env env, napi_callback_info call) {
  const char* const kName = "measure";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<2> arguments(env, call);
    double op = 0;
    std::vector<double> dims;
    Checked failure = read_whole(env, arguments.value[0], "op", 0, kOpCount - 1, op);
    if (!failure) failure = read_numbers(env, arguments.value[1], "dims", dims);
    if (failure) return throw_failure(env, kName, *failure);
    const OpSpec& spec = op_table()[static_cast<size_t>(op)];
    if (dims.size() != spec.dims.size()) {
      return throw_failure(env, kName,
                           shape_failure(spec.name + " has " + std::to_string(spec.dims.size()) + " dims, " +
                                         std::to_string(dims.size()) + " were given."));
    }
    for (size_t i = 0; i < dims.size(); ++i) {
      if ((failure = check_whole(dims[i], spec.dims[i].c_str(), 0, kLargestDim)))
        return throw_failure(env, kName, *failure);
    }
    Napi::Float64Array result = Napi::Float64Array::New(env, spec.operands.size() + 2);
    for (size_t i = 0; i < spec.operands.size(); ++i) result[i] = spec.operands[i].extent(dims.data());
    result[spec.operands.size()] = spec.units(dims.data());
    result[spec.operands.size() + 1] = spec.work_of(dims.data());
    return result;
  });
}

// Where a typed array begins within a line of 64 bytes: what an allocation is aligned with.
napi_value misalignment(napi_env env, napi_callback_info call) {
  const char* const kName = "misalignment";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<1> arguments(env, call);
    Array array;
    Checked failure = read_array(env, arguments.value[0], "array", array);
    if (!failure && !array.present) failure = type_failure("array is null, expected a typed array.");
    if (failure) return throw_failure(env, kName, *failure);
    return Napi::Number::New(env, static_cast<double>(reinterpret_cast<uintptr_t>(array.data) % 64));
  });
}

napi_value set_threshold(napi_env env, napi_callback_info call) {
  const char* const kName = "setThreadingThreshold";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<1> arguments(env, call);
    double work = 0;
    if (napi_get_value_double(env, arguments.value[0], &work) != napi_ok || !(work >= 0)) {
      return throw_failure(env, kName, option_failure("work is not a number from 0."));
    }
    return Napi::Number::New(env, set_threading_threshold(work));
  });
}

bool export_function(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

napi_value init(napi_env env, napi_value exports) {
  return guarded(env, "plummet", [&]() -> napi_value {
    pin_library();
    const bool ready =
        Environment::enter(env) && export_function(env, exports, "info", info) &&
        export_function(env, exports, "ops", ops) && export_function(env, exports, "measure", measure) &&
        export_function(env, exports, "createPlan", create_plan) && export_function(env, exports, "prepare", prepare) &&
        export_function(env, exports, "kernel", kernel) &&
        export_function(env, exports, "prepareKernel", prepare_kernel) &&
        export_function(env, exports, "prepareCalls", prepare_calls) && export_function(env, exports, "draw", draw) &&
        export_function(env, exports, "misalignment", misalignment) &&
        export_function(env, exports, "setThreadingThreshold", set_threshold);
    return ready ? exports : throw_failure(env, "plummet", backend_failure("the addon cannot be set up."));
  });
}

}  // namespace
}  // namespace plummet

NAPI_MODULE_INIT() { return plummet::init(env, exports); }
