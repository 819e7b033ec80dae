// Why something was refused: a code and a sentence, which the binding turns into a JavaScript error.
#pragma once
#include <optional>
#include <string>
#include <utility>

namespace plummet {

struct Failure {
  enum Kind { kType, kShape, kOption, kBackend } kind;
  std::string message;
};

using Checked = std::optional<Failure>;  // empty: all is well

inline Failure type_failure(std::string message) { return {Failure::kType, std::move(message)}; }
inline Failure shape_failure(std::string message) { return {Failure::kShape, std::move(message)}; }
inline Failure option_failure(std::string message) { return {Failure::kOption, std::move(message)}; }
inline Failure backend_failure(std::string message) { return {Failure::kBackend, std::move(message)}; }

// A number as a person writes it: no trailing zeros, NaN and Infinity by name.
std::string to_text(double value);

}  // namespace plummet
