// Four vectors as one. A long chain of dependent operations keeps a processor waiting unless others run beside it;
// those of the next vector come too late in the program to be seen in time.
#pragma once
#include <stdint.h>

namespace plummet {
namespace {

constexpr int kGroup = 4;

template <class T>
struct Group {
  T part[kGroup];
  Group(T a, T b, T c, T d) : part{a, b, c, d} {}
  explicit Group(float x) : Group(T(x), T(x), T(x), T(x)) {}
};

// What a function of one vector, or of several, makes of each part.
template <class F, class T, class... More>
inline auto each(F f, const Group<T>& a, const More&... more) -> Group<decltype(f(a.part[0], more.part[0]...))> {
  return {f(a.part[0], more.part[0]...), f(a.part[1], more.part[1]...), f(a.part[2], more.part[2]...),
          f(a.part[3], more.part[3]...)};
}

// clang-format off
template <class T> inline Group<T> operator+(const Group<T>& a, const Group<T>& b) { return each([](T x, T y) { return x + y; }, a, b); }
template <class T> inline Group<T> operator-(const Group<T>& a, const Group<T>& b) { return each([](T x, T y) { return x - y; }, a, b); }
template <class T> inline Group<T> operator*(const Group<T>& a, const Group<T>& b) { return each([](T x, T y) { return x * y; }, a, b); }
template <class T> inline Group<T> operator/(const Group<T>& a, const Group<T>& b) { return each([](T x, T y) { return x / y; }, a, b); }
template <class T> inline Group<T> operator-(const Group<T>& a) { return each([](T x) { return -x; }, a); }
template <class T> inline Group<T> abs(const Group<T>& a) { return each([](T x) { return abs(x); }, a); }

template <class T> inline Group<Mask> operator>(const Group<T>& a, const Group<T>& b) { return each([](T x, T y) { return x > y; }, a, b); }
template <class T> inline Group<T> select(const Group<Mask>& m, const Group<T>& a, const Group<T>& b) {
  return each([](Mask n, T x, T y) { return select(n, x, y); }, m, a, b);
}

inline Group<Bits> operator+(const Group<Bits>& a, Bits b) { return each([b](Bits x) { return x + b; }, a); }
inline Group<Bits> operator-(const Group<Bits>& a, Bits b) { return each([b](Bits x) { return x - b; }, a); }
inline Group<Bits> operator&(const Group<Bits>& a, Bits b) { return each([b](Bits x) { return x & b; }, a); }
template <int kCount> inline Group<Bits> shift_left(const Group<Bits>& a) { return each([](Bits x) { return shift_left<kCount>(x); }, a); }
template <int kCount> inline Group<Bits> shift_right(const Group<Bits>& a) { return each([](Bits x) { return shift_right<kCount>(x); }, a); }
template <class T> inline Group<Bits> bits(const Group<T>& a) { return each([](T x) { return bits(x); }, a); }
inline Group<Vec> from_bits(const Group<Bits>& a) { return each([](Bits x) { return from_bits(x); }, a); }
// clang-format on

}  // namespace
}  // namespace plummet
