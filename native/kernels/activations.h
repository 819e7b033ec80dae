// Activations and their gradients, which are functions of the activation's output y.
#pragma once
#include "memory.h"
#include "transcendentals.h"

namespace plummet {
namespace {

// clang-format off
struct Linear {
  template <class V> static V forward(V x) { return x; }
  template <class V> static V gradient(V, V dy) { return dy; }
};

struct Relu {
  template <class V> static V forward(V x) { return select(V(0.0f) > x, V(0.0f), x); }
  template <class V> static V gradient(V y, V dy) { return select(V(0.0f) >= y, V(0.0f), dy); }
};

struct Sigmoid {
  template <class V> static V forward(V x) { return sigmoid(x); }
  template <class V> static V gradient(V y, V dy) { return dy * (y * (V(1.0f) - y)); }
};

struct Tanh {
  template <class V> static V forward(V x) { return tanh(x); }
  template <class V> static V gradient(V y, V dy) { return dy * (V(1.0f) - y * y); }
};
// clang-format on

inline constexpr bool is_linear(Linear) { return true; }
template <class Activation>
constexpr bool is_linear(Activation) {
  return false;
}

// Whether it is a long chain of operations: such are done in groups.
template <class Activation>
constexpr bool is_long(Activation) {
  return false;
}
inline constexpr bool is_long(Sigmoid) { return true; }
inline constexpr bool is_long(Tanh) { return true; }

// The activation of rows × width elements in place, width a multiple of the vector's.
template <class V, class Activation>
void activate_tile(Activation activation, float* out, int64_t ld, int64_t rows, int64_t width) {
  if constexpr (!is_long(Activation())) {
    for (int64_t i = 0; i < rows; i++) {
      for (int64_t j = 0; j < width; j += V::kWidth) {
        activation.forward(V::load(out + i * ld + j)).store(out + i * ld + j);
      }
    }
  } else {
    float* place[kGroup];
    for (int64_t i = 0, j = 0; i < rows;) {
      for (int k = 0; k < kGroup; k++) {
        place[k] = i < rows ? out + i * ld + j : place[k - 1];  // the last group may do its last vector more than once
        j += V::kWidth;
        if (j == width) {
          j = 0;
          i++;
        }
      }
      const Group<V> y =
          activation.forward(Group<V>(V::load(place[0]), V::load(place[1]), V::load(place[2]), V::load(place[3])));
      for (int k = 0; k < kGroup; k++) y.part[k].store(place[k]);
    }
  }
}

// Calls f with the activation of that number.
template <class F>
void with_activation(int64_t number, F f) {
  switch (number) {
    case 1:
      return f(Relu());
    case 2:
      return f(Sigmoid());
    case 3:
      return f(Tanh());
    default:
      return f(Linear());
  }
}

template <class V>
int activate(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t columns = pad(args.dim[1]), ld = args.dim[2];
  with_activation(args.dim[3], [&](auto activation) {
    for (int64_t i = begin; i < end; i++) {
      const float* x = operand<const float>(args, 0) + i * ld;
      float* out = operand<float>(args, 1) + i * ld;
      for (int64_t j = 0; j < columns; j += V::kWidth) activation.forward(V::load(x + j)).store(out + j);
    }
  });
  return kOk;
}

template <class V>
int activate_gradient(const KernelArgs& args, int64_t begin, int64_t end) {
  const int64_t columns = pad(args.dim[1]), ld = args.dim[2];
  with_activation(args.dim[3], [&](auto activation) {
    for (int64_t i = begin; i < end; i++) {
      const float* y = operand<const float>(args, 0) + i * ld;
      const float* dy = operand<const float>(args, 1) + i * ld;
      float* out = operand<float>(args, 2) + i * ld;
      for (int64_t j = 0; j < columns; j += V::kWidth) {
        activation.gradient(V::load(y + j), V::load(dy + j)).store(out + j);
      }
    }
  });
  return kOk;
}

}  // namespace
}  // namespace plummet
