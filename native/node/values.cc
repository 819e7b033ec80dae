#include "values.h"

#include <math.h>
#include <string.h>

namespace plummet {
namespace {

const char* code_of(const Failure& failure) {
  static const char* const codes[] = {"ERR_PLUMMET_TYPE", "ERR_PLUMMET_SHAPE", "ERR_PLUMMET_OPTION",
                                      "ERR_PLUMMET_BACKEND"};
  return codes[failure.kind];
}

napi_value make_string(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

bool element_type(napi_typedarray_type type, ElementType& element) {
  switch (type) {
    case napi_float32_array:
      element = ElementType::kF32;
      return true;
    case napi_float64_array:
      element = ElementType::kF64;
      return true;
    case napi_int32_array:
      element = ElementType::kI32;
      return true;
    case napi_uint8_array:
      element = ElementType::kU8;
      return true;
    default:
      return false;
  }
}

// What kind of value it is, for a sentence.
std::string describe(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  static const char* const names[] = {"undefined", "null",      "a boolean",  "a number",          "a string",
                                      "a symbol",  "an object", "a function", "an external value", "a bigint"};
  return static_cast<size_t>(type) < sizeof names / sizeof *names ? names[type] : "something else";
}

Failure wrong_type(napi_env env, napi_value value, const std::string& what, const char* expected) {
  return type_failure(what + " is " + describe(env, value) + ", expected " + expected + ".");
}

}  // namespace

napi_value error_value(napi_env env, const Failure& failure) {
  napi_value error = nullptr;
  const napi_value code = make_string(env, code_of(failure)), message = make_string(env, failure.message);
  switch (failure.kind) {
    case Failure::kType:
      napi_create_type_error(env, code, message, &error);
      break;
    case Failure::kShape:
    case Failure::kOption:
      napi_create_range_error(env, code, message, &error);
      break;
    case Failure::kBackend:
      napi_create_error(env, code, message, &error);
      break;
  }
  return error;
}

napi_value throw_failure(napi_env env, const char* function, const Failure& failure) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw(env, error_value(env, {failure.kind, std::string(function) + ": " + failure.message}));
  return nullptr;
}

Checked read_array(napi_env env, napi_value value, const char* what, Array& array) {
  napi_typedarray_type type = napi_int8_array;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) {
    napi_valuetype kind = napi_undefined;
    napi_typeof(env, value, &kind);
    array = Array();
    if (kind == napi_null) return {};
    return wrong_type(env, value, what, "a Float32Array, Float64Array, Int32Array, Uint8Array or null");
  }
  array.present = true;
  array.data = data;
  array.length = static_cast<int64_t>(length);
  if (element_type(type, array.type)) return {};
  return type_failure(std::string(what) +
                      " is a typed array of another kind, expected a Float32Array, Float64Array, Int32Array, "
                      "Uint8Array or null.");
}

bool is_shared(napi_env env, napi_value typed_array) {
  napi_value buffer = nullptr;
  bool own = true;
  return napi_get_typedarray_info(env, typed_array, nullptr, nullptr, nullptr, &buffer, nullptr) == napi_ok &&
         napi_is_arraybuffer(env, buffer, &own) == napi_ok && !own;
}

Checked read_numbers(napi_env env, napi_value value, const char* what, std::vector<double>& numbers) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  const bool typed = napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) == napi_ok;
  if (!typed || type != napi_float64_array) return wrong_type(env, value, what, "a Float64Array");
  numbers.resize(length);
  if (length > 0) memcpy(numbers.data(), data, length * sizeof(double));
  return {};
}

bool read_elements(napi_env env, napi_value value, const char* what, size_t length, std::vector<napi_value>& elements,
                   Checked& failure) {
  bool array = false;
  uint32_t given = 0;
  if (napi_is_array(env, value, &array) != napi_ok || !array || napi_get_array_length(env, value, &given) != napi_ok) {
    failure = wrong_type(env, value, what, "an array");
    return false;
  }
  if (given != length) {
    failure = shape_failure(std::string(what) + " has " + std::to_string(given) + " elements, expected " +
                            std::to_string(length) + ".");
    return false;
  }
  elements.resize(length);
  for (uint32_t i = 0; i < given; ++i) {
    if (napi_get_element(env, value, i, &elements[i]) != napi_ok) return false;
  }
  return true;
}

Checked read_string(napi_env env, napi_value value, const char* what, std::string& text) {
  char buffer[64];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &length) != napi_ok) {
    return wrong_type(env, value, what, "a string");
  }
  text.assign(buffer, length);
  return {};
}

Checked check_whole(double number, const char* what, double least, double largest) {
  if (number >= least && number <= largest && number == floor(number)) return {};
  return option_failure(std::string(what) + " is " + to_text(number) + ", expected a whole number from " +
                        to_text(least) + " to " + to_text(largest) + ".");
}

Checked read_whole(napi_env env, napi_value value, const char* what, double least, double largest, double& number) {
  if (napi_get_value_double(env, value, &number) != napi_ok) return wrong_type(env, value, what, "a number");
  return check_whole(number, what, least, largest);
}

}  // namespace plummet
