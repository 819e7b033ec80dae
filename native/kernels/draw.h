// Many random numbers at once, as src/random.ts and src/math.ts define them: the same operations in float64, in the
// same order.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "random.h"

namespace plummet {
namespace {

// What a stream of random words begins from; its blocks are counted.
struct Stream {
  uint32_t seed_low, seed_high, place;
  uint32_t block;
};

inline Philox next_block(Stream& stream) {
  return philox(stream.seed_low, stream.seed_high, stream.block++, stream.place, 0, 0);
}

// `low` + u `span`: u uniform in [0, 1).
inline void draw_uniforms(float* out, int64_t n, Stream stream, double low, double span) {
  for (int64_t i = 0; i < n; i += 4) {
    const Philox words = next_block(stream);
    for (int64_t j = 0; j < 4 && i + j < n; j++) out[i + j] = float(low + (words.word[j] / 4294967296.0) * span);
  }
}

constexpr double kLn2Leading = 0.6931471805592082, kLn2Rest = 7.371002565167799e-13;
constexpr double kSqrt2 = 1.4142135623730951, kPi = 3.141592653589793;
constexpr double kHalfPi[] = {1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32};
constexpr double kLog[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                           2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};
constexpr double kSin[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                           -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
constexpr double kCos[] = {1.0 / 24,        -1.0 / 720,         1.0 / 40320,          -1.0 / 3628800,
                           1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000};

template <int kCount>
double horner(double x, const double (&c)[kCount]) {
  double sum = c[kCount - 1];
  for (int i = kCount - 2; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

// The natural logarithm of a normal, positive x.
inline double log_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  double k = double(int64_t(bits >> 52) - 1023);
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  double m;
  memcpy(&m, &bits, 8);
  if (m > kSqrt2) {
    m /= 2;
    k += 1;
  }
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double half = 0.5 * f * f;
  const double rest = s * (half + z * horner(z, kLog));
  return k * kLn2Leading - (half - (rest + (k * kLn2Rest + 0.0)) - f);
}

// sin(r + low) for quarters 0, cos for 1, and so on.
inline double turned(double r, double low, int quarters) {
  const double z = r * r;
  double value;
  if ((quarters & 1) == 0) {
    value = r + (r * z * horner(z, kSin) + low * (1 - 0.5 * z));
  } else {
    const double half = 0.5 * z;
    const double w = 1 - half;
    value = w + (1 - w - half + (z * z * horner(z, kCos) - r * low));
  }
  return (quarters & 2) == 0 ? value : -value;
}

// Uniform in (0, 1], with 53 bits.
inline double fine(uint32_t high, uint32_t low) {
  return (double(high >> 5) * 67108864.0 + double(low >> 6) + 1) / 9007199254740992.0;
}

// Two standard normal numbers (Box and Muller 1958).
inline void normals_of(const Philox& words, double* out) {
  const double radius = ::sqrt(-2 * log_of(fine(words.word[0], words.word[1])));
  const double angle = 2 * kPi * fine(words.word[2], words.word[3]);
  const double turns = angle * (2 / kPi);
  int quarters = int(turns);
  if (turns - quarters >= 0.5) quarters++;
  double high = angle, low = 0;
  for (const double part : kHalfPi) {
    const double b = -double(quarters) * part;
    const double sum = high + b;
    const double v = sum - high;
    low += high - (sum - v) + (b - v);
    high = sum;
  }
  const double r = high + low;
  low = high - r + low;
  out[0] = radius * turned(r, low, quarters + 1);
  out[1] = radius * turned(r, low, quarters);
}

// `mean` + `deviation` z: z standard normal, those not within ±`cut` left out.
inline void draw_normals(float* out, int64_t n, Stream stream, double mean, double deviation, double cut) {
  for (int64_t done = 0; done < n;) {
    double z[2];
    normals_of(next_block(stream), z);
    for (int i = 0; i < 2 && done < n; i++) {
      if (z[i] > -cut && z[i] < cut) out[done++] = float(mean + z[i] * deviation);
    }
  }
}

}  // namespace
}  // namespace plummet
