// Roots and eigenvectors of the matrices that optimizers keep (docs/definitions.md, "Matrices"): read and written as
// float32, computed in float64 in memory that the op is given.
#pragma once
#include <math.h>
#include <stdint.h>

#include "eigen.h"
#include "memory.h"

namespace plummet {
namespace {

// Float64 in an operand of floats: from its first multiple of eight bytes on.
inline double* doubles_of(float* room) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(room);
  return reinterpret_cast<double*>((address + 7) / 8 * 8);
}

// The root of an odd degree, by Newton's iteration from above, with x brought between 1 and 2^degree.
inline double odd_root(double x, int64_t degree) {
  if (!(x > 0 && x <= 1.7976931348623157e308)) return x;
  double step = 1, scale = 1;
  for (int64_t i = 0; i < degree; i++) step = step * 2;
  while (x >= step) x = x / step, scale = scale * 2;
  while (x < 1) x = x * step, scale = scale / 2;
  const double n = double(degree);
  double root = 1 + (x - 1) / n;
  for (int turn = 0; turn < 40; turn++) {
    double power = 1;
    for (int64_t i = 1; i < degree; i++) power = power * root;
    root = root - (root - x / power) / n;
  }
  return root * scale;
}

// x^(-1 / (2 order)), order from 1 to 8.
inline double inverse_power(double x, int64_t order) {
  double root = ::sqrt(x);
  while (order % 2 == 0) root = ::sqrt(root), order = order / 2;
  return 1 / (order > 1 ? odd_root(root, order) : root);
}

// Operands: factor, root, room, hyper (active, correction, epsilon). Dims: n, order.
template <class V>
int inverse_root(const KernelArgs& args, int64_t begin, int64_t end) {
  const float* hyper = operand<const float>(args, 3);
  const int64_t n = args.dim[0];
  if (begin >= end || n == 0 || !(hyper[0] > 0)) return kOk;
  const int64_t order = args.dim[1] < 1 ? 1 : args.dim[1] > 8 ? 8 : args.dim[1];
  const float* factor = operand<const float>(args, 0);
  float* root = operand<float>(args, 1);
  double* a = doubles_of(operand<float>(args, 2));
  double *w = a + n * n, *d = w + n * n, *room = d + n;
  const double correction = double(hyper[1]), epsilon = double(hyper[2]);
  for (int64_t i = 0; i < n * n; i++) a[i] = double(factor[i]) / correction;
  eigen(a, n, d, w, room);
  for (int64_t k = 0; k < n; k++) {
    const double value = 0 > d[k] ? 0 : d[k];
    d[k] = inverse_power(value + epsilon, order);
    for (int64_t i = 0; i < n; i++) a[i * n + k] = w[k * n + i];
  }
  for (int64_t i = 0; i < n; i++) {
    for (int64_t k = 0; k < n; k++) room[k] = a[i * n + k] * d[k];
    for (int64_t j = 0; j <= i; j++) {
      const float x = float(dot(room, a + j * n, n));
      root[i * n + j] = x;
      root[j * n + i] = x;
    }
  }
  return kOk;
}

// The eigenvectors of the factor as columns of the basis, that of the largest eigenvalue first.
inline void begin_basis(const float* factor, float* basis, float* order, double* a, int64_t n) {
  double *w = a + n * n, *d = w + n * n, *room = d + n;
  for (int64_t i = 0; i < n * n; i++) a[i] = double(factor[i]);
  eigen(a, n, d, w, room);
  descending(d, n, order);
  for (int64_t c = 0; c < n; c++) {
    const double* vector = w + int64_t(order[c]) * n;
    for (int64_t i = 0; i < n; i++) basis[i * n + c] = float(vector[i]);
  }
}

// One power iteration with the basis that there is, then a QR decomposition.
inline void renew_basis(const float* factor, float* basis, float* order, double* q, int64_t n) {
  double *moved = q + n * n, *estimate = moved + n * n, *h = estimate + n, *sign = h + n, *room = sign + n;
  for (int64_t c = 0; c < n; c++) {
    for (int64_t i = 0; i < n; i++) q[c * n + i] = double(basis[i * n + c]);
  }
  for (int64_t i = 0; i < n; i++) {
    for (int64_t k = 0; k < n; k++) room[k] = double(factor[i * n + k]);
    for (int64_t c = 0; c < n; c++) moved[c * n + i] = dot(room, q + c * n, n);
  }
  for (int64_t c = 0; c < n; c++) estimate[c] = dot(q + c * n, moved + c * n, n);
  descending(estimate, n, order);
  for (int64_t c = 0; c < n; c++) {
    double* u = moved + int64_t(order[c]) * n + c;
    const Reflection reflection = reflect(u, n - c, 0);
    h[c] = reflection.h;
    sign[c] = 0 > reflection.value ? -1 : 1;
    if (h[c] == 0) continue;
    for (int64_t k = c + 1; k < n; k++) {
      double* x = moved + int64_t(order[k]) * n + c;
      subtract(dot(u, x, n - c) / h[c], u, x, n - c);
    }
  }
  for (int64_t c = 0; c < n; c++) {
    double* x = q + c * n;
    for (int64_t i = 0; i < n; i++) x[i] = i == c ? sign[c] : 0;
    for (int64_t k = c; k >= 0; k--) {
      if (h[k] == 0) continue;
      const double* u = moved + int64_t(order[k]) * n + k;
      subtract(dot(u, x + k, n - k) / h[k], u, x + k, n - k);
    }
    for (int64_t i = 0; i < n; i++) basis[i * n + c] = float(x[i]);
  }
}

// Operands: factor, basis, order, room, mode. Dims: n.
template <class V>
int eigenbasis(const KernelArgs& args, int64_t begin, int64_t end) {
  const float mode = *operand<const float>(args, 4);
  const int64_t n = args.dim[0];
  if (begin >= end || n == 0 || !(mode == 1 || mode == 2)) return kOk;
  const float* factor = operand<const float>(args, 0);
  float* basis = operand<float>(args, 1);
  float* order = operand<float>(args, 2);
  double* room = doubles_of(operand<float>(args, 3));
  if (mode == 1) {
    begin_basis(factor, basis, order, room, n);
  } else {
    renew_basis(factor, basis, order, room, n);
  }
  return kOk;
}

}  // namespace
}  // namespace plummet
