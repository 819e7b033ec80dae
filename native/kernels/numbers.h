// Constants that are not finite.
#pragma once
#include <math.h>

namespace plummet {
namespace {

constexpr float kInfinity = INFINITY;
constexpr float kNaN = NAN;

}  // namespace
}  // namespace plummet
