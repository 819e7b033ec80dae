// exp, log, log1p, tanh, sigmoid against float64, and the hashes that test/golden/transcendentals.json shares with
// TypeScript.
#include <gtest/gtest.h>
#include <math.h>
#include <stdlib.h>

// clang-format off
#include "../simd/scalar.h"  // the kernels are written over its Vec
#include "../kernels/transcendentals.h"
// clang-format on

namespace plummet {
namespace {

struct Function {
  const char* name;
  Vec (*ours)(Vec);
  double (*exact)(double);
  double bound;   // in ulp
  uint32_t hash;  // of all values at a stride of 65521, see below
};

double exact_sigmoid(double x) { return 1 / (1 + ::exp(-x)); }

const Function kFunctions[] = {
    {"exp", exp<Vec>, ::exp, 0.87, 0x9131ddd7},
    {"log", log<Vec>, ::log, 0.87, 0x2a693684},
    {"log1p", log1p<Vec>, ::log1p, 0.92, 0xa4e77076},
    {"tanh", tanh<Vec>, ::tanh, 1.31, 0xc2eb00fd},
    {"sigmoid", sigmoid<Vec>, exact_sigmoid, 1.97, 0xdcdf6fdc},
};

float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}

uint32_t bits_of(float x) {
  uint32_t bits = 0x7fc00000;
  if (x == x) memcpy(&bits, &x, sizeof(bits));
  return bits;
}

// The error in units of the last place of the exact result; 0 where both are NaN or equal, infinity where only one is.
double ulps(float ours, double exact) {
  const float nearest = float(exact);
  if (bits_of(ours) == bits_of(nearest)) return 0;
  if (ours != ours || nearest != nearest || isinf(ours)) return INFINITY;
  int exponent;
  frexp(exact, &exponent);
  return fabs(double(ours) - exact) / ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
}

void PrintTo(const Function& f, std::ostream* out) { *out << f.name; }

class Transcendentals : public ::testing::TestWithParam<Function> {};

// PLUMMET_STRIDE=1 looks at all floats, in some minutes.
TEST_P(Transcendentals, AreWithinTheirBound) {
  const Function& f = GetParam();
  const char* wanted = getenv("PLUMMET_STRIDE");
  const uint64_t stride = wanted ? strtoull(wanted, nullptr, 10) : 499;
  double worst = 0;
  uint32_t at = 0;
  for (uint64_t i = 0; i < (uint64_t(1) << 32); i += stride) {
    const float x = float_of(uint32_t(i));
    const double error = ulps(f.ours(Vec(x)).v, f.exact(double(x)));
    if (error > worst) worst = error, at = uint32_t(i);
  }
  EXPECT_LE(worst, f.bound) << f.name << "(" << float_of(at) << ")";
  RecordProperty("ulp", std::to_string(worst));
}

TEST_P(Transcendentals, GiveTheRecordedBits) {
  const Function& f = GetParam();
  uint32_t h = 0x811c9dc5;
  for (uint64_t i = 0; i < (uint64_t(1) << 32); i += 65521) {
    h = (h ^ bits_of(f.ours(Vec(float_of(uint32_t(i)))).v)) * 0x01000193;
  }
  EXPECT_EQ(h, f.hash) << f.name;
}

std::string function_name(const ::testing::TestParamInfo<Function>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Kernels, Transcendentals, ::testing::ValuesIn(kFunctions), function_name);

TEST(Transcendentals, KeepTheirSpecialValues) {
  const float inf = INFINITY, tiny = float_of(1);
  const auto same = [](Vec ours, float expected) { EXPECT_EQ(bits_of(ours.v), bits_of(expected)); };
  same(exp(Vec(0)), 1);
  same(exp(Vec(-0.0f)), 1);
  same(exp(Vec(-inf)), 0);
  same(exp(Vec(inf)), inf);
  same(exp(Vec(88.7228394f)), inf);
  same(exp(Vec(-103.5f)), tiny);
  same(exp(Vec(-104.5f)), 0);
  same(exp(Vec(NAN)), NAN);
  same(log(Vec(1)), 0);
  same(log(Vec(0)), -inf);
  same(log(Vec(-0.0f)), -inf);
  same(log(Vec(-tiny)), NAN);
  same(log(Vec(inf)), inf);
  same(log(Vec(NAN)), NAN);
  same(log1p(Vec(-1)), -inf);
  same(log1p(Vec(-1.5f)), NAN);
  same(log1p(Vec(inf)), inf);
  same(log1p(Vec(NAN)), NAN);
  same(tanh(Vec(inf)), 1);
  same(tanh(Vec(-inf)), -1);
  same(tanh(Vec(NAN)), NAN);
  same(sigmoid(Vec(inf)), 1);
  same(sigmoid(Vec(-inf)), 0);
  same(sigmoid(Vec(-0.0f)), 0.5f);
  same(sigmoid(Vec(NAN)), NAN);
  for (float x : {0.0f, -0.0f, tiny, -tiny}) {
    same(log1p(Vec(x)), x);
    same(tanh(Vec(x)), x);
  }
}

// An algorithm without FMA hardware gives the bits of one with it.
TEST(ScalarFma, RoundsOnce) {
  const uint32_t edges[] = {0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x00800000, 0x33800000,
                            0x33800001, 0x3f7fffff, 0x3f800000, 0xbf800001, 0x3fffffff, 0x4b7fffff,
                            0x4b800001, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000,
                            0x1a800001, 0x1affffff, 0x5f000000, 0xdf7fffff, 0x5e800001, 0x3f800001};
  const auto check = [](uint32_t a, uint32_t b, uint32_t c) {
    const float x = float_of(a), y = float_of(b), z = float_of(c);
    ASSERT_EQ(bits_of(fma(Vec(x), Vec(y), Vec(z)).v), bits_of(::fmaf(x, y, z)))
        << std::hex << a << " " << b << " " << c;
  };
  for (uint32_t a : edges) {
    for (uint32_t b : edges) {
      for (uint32_t c : edges) check(a, b, c);
    }
  }
  uint64_t state = 1;
  const auto next = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return uint32_t(state >> 32);
  };
  for (int i = 0; i < 500000; i++) {
    const uint32_t a = next(), b = next(), c = next();
    check(a, b, c);
    // A product of few bits and a sum near the middle of two floats.
    const uint32_t few = 0x3f800000 | (a & 0x00fff000), some = 0x3f800000 | (b & 0x00fff800);
    const float product = float_of(few) * float_of(some);
    check(few, some, bits_of(product) + 0x0b800000 + (c % 3) * 0x00800000);
    check(few, some, (bits_of(product) - 0x0c000000 - (c % 4) * 0x00800000) ^ (c & 0x80000000));
    // Halfway in the last place of a subnormal.
    check((a & 0x007fffff) | 0x1a000000, (b & 0x007fffff) | 0x24800000 | (a & 0x80000000), c & 0x800fffff);
  }
}

}  // namespace
}  // namespace plummet
