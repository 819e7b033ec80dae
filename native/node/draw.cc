// The export `draw`: fills an array with random numbers.
#include "draw.h"

#include "../kernels/draw.h"
#include "values.h"

namespace plummet {
namespace {

constexpr double kLargestWord = 4294967295.0;

Checked check_numbers(const std::vector<double>& numbers) {
  if (numbers.size() != 7) {
    return shape_failure("numbers has " + std::to_string(numbers.size()) + " elements, expected 7.");
  }
  const char* const kNames[] = {"seedLow", "seedHigh", "place"};
  for (size_t i = 0; i < 3; ++i) {
    if (Checked failure = check_whole(numbers[i], kNames[i], 0, kLargestWord)) return failure;
  }
  if (Checked failure = check_whole(numbers[3], "kind", 0, 1)) return failure;
  // Below it nearly all numbers would be drawn again, and this would not end.
  if (!(numbers[6] >= 1)) return option_failure("cut is below 1.");
  return {};
}

}  // namespace

napi_value draw(napi_env env, napi_callback_info info) {
  const char* const kName = "draw";
  return guarded(env, kName, [&]() -> napi_value {
    const Arguments<2> arguments(env, info);
    std::vector<double> numbers;
    Array out;
    Checked failure = read_numbers(env, arguments.value[1], "numbers", numbers);
    if (!failure) failure = check_numbers(numbers);
    if (!failure) failure = read_array(env, arguments.value[0], "out", out);
    if (!failure && (!out.present || out.type != ElementType::kF32)) failure = type_failure("out is no Float32Array.");
    if (failure) return throw_failure(env, kName, *failure);
    float* const to = static_cast<float*>(out.data);
    const int64_t n = static_cast<int64_t>(out.length);
    const Stream stream = {static_cast<uint32_t>(numbers[0]), static_cast<uint32_t>(numbers[1]),
                           static_cast<uint32_t>(numbers[2]), 0};
    if (numbers[3] == 0) {
      draw_uniforms(to, n, stream, numbers[4], numbers[5]);
    } else {
      draw_normals(to, n, stream, numbers[4], numbers[5], numbers[6]);
    }
    return nullptr;
  });
}

}  // namespace plummet
