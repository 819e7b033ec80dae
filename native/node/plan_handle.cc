#include "plan_handle.h"

#include "../runtime/dispatch.h"
#include "../runtime/pool.h"

namespace plummet {
namespace {

constexpr napi_type_tag kPlanTag = {0x9d1f3a5c7b2e4860, 0xb4c8e6f0a2d41753};

using Holder = std::shared_ptr<const Plan>;

void release(napi_env, void* data, void*) { delete static_cast<Holder*>(data); }

std::string known_isas() {
  std::string names;
  for (const KernelSet& set : kernel_sets()) {
    if (set.supported) names += (names.empty() ? "" : ", ") + std::string(set.table->isa);
  }
  return names;
}

}  // namespace

Checked read_kernels(napi_env env, napi_value isa, const KernelTable*& kernels) {
  std::string name;
  if (Checked failure = read_string(env, isa, "isa", name)) return failure;
  kernels = find_kernels(name);
  if (kernels) return {};
  return backend_failure("the instruction set \"" + name + "\" is not available here; there are: " + known_isas() +
                         ".");
}

Checked read_threads(napi_env env, napi_value value, int& threads) {
  double number = 0;
  if (Checked failure = read_whole(env, value, "threads", 1, kMaxThreads, number)) return failure;
  threads = static_cast<int>(number);
  return {};
}

napi_value create_plan(napi_env env, napi_callback_info info) {
  const char* const kName = "createPlan";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<3> arguments(env, info);
    const KernelTable* kernels = nullptr;
    int threads = 1;
    std::vector<double> words;
    std::vector<Instruction> instructions;
    Slot advance;
    Checked failure = read_kernels(env, arguments.value[0], kernels);
    if (!failure) failure = read_threads(env, arguments.value[1], threads);
    if (!failure) failure = read_numbers(env, arguments.value[2], "words", words);
    if (!failure) failure = decode_plan(words.data(), words.size(), instructions, advance);
    if (failure) return throw_failure(env, kName, *failure);
    auto holder = std::make_unique<Holder>(new Plan{kernels, threads, std::move(instructions), advance});
    napi_value handle = nullptr;
    if (napi_create_object(env, &handle) != napi_ok) return nullptr;
    if (napi_wrap(env, handle, holder.get(), release, nullptr, nullptr) != napi_ok) return nullptr;
    holder.release();
    if (napi_type_tag_object(env, handle, &kPlanTag) != napi_ok) return nullptr;
    return handle;
  });
}

Checked read_plan(napi_env env, napi_value value, const char* what, bool optional, std::shared_ptr<const Plan>& plan) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  if (optional && type == napi_null) return {};
  bool ours = false;
  void* data = nullptr;
  if (type == napi_object && napi_check_object_type_tag(env, value, &kPlanTag, &ours) == napi_ok && ours &&
      napi_unwrap(env, value, &data) == napi_ok) {
    plan = *static_cast<Holder*>(data);
    return {};
  }
  return type_failure(std::string(what) + " is not a plan made by createPlan" + (optional ? ", nor null." : "."));
}

}  // namespace plummet
