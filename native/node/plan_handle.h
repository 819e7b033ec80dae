// A plan as JavaScript holds it: an object with a tag, so that no other object passes for one.
#pragma once
#include <memory>

#include "../plan/plan.h"
#include "values.h"

namespace plummet {

napi_value create_plan(napi_env env, napi_callback_info info);

// The plan of a handle; with `optional`, null gives none.
Checked read_plan(napi_env env, napi_value value, const char* what, bool optional, std::shared_ptr<const Plan>& plan);

// The kernels of an instruction set, and a number of threads.
Checked read_kernels(napi_env env, napi_value isa, const KernelTable*& kernels);
Checked read_threads(napi_env env, napi_value value, int& threads);

}  // namespace plummet
