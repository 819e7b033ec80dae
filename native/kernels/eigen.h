// Symmetric matrices in float64: their eigenvectors by Householder's reduction to three diagonals and the implicit QL
// iteration (Martin, Reinsch, Wilkinson 1968; Martin, Wilkinson 1968). Only + - * / and square roots, in one order.
#pragma once
#include <math.h>
#include <stdint.h>

namespace plummet {
namespace {

constexpr int kDotLanes = 8;
constexpr int kMostIterations = 60;
constexpr double kDoubleEpsilon = 1.0 / (int64_t(1) << 52);

// Element i goes to lane i % 8; then a tree.
inline double dot(const double* x, const double* y, int64_t n) {
  double lane[kDotLanes] = {};
  int64_t i = 0;
  for (; i + kDotLanes <= n; i += kDotLanes) {
    for (int l = 0; l < kDotLanes; l++) lane[l] = lane[l] + x[i + l] * y[i + l];
  }
  for (int l = 0; i < n; i++, l++) lane[l] = lane[l] + x[i] * y[i];
  for (int s = kDotLanes / 2; s > 0; s /= 2) {
    for (int l = 0; l < s; l++) lane[l] = lane[l] + lane[l + s];
  }
  return lane[0];
}

// y = y - factor * x
inline void subtract(double factor, const double* x, double* y, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] = y[i] - factor * x[i];
}

// Makes x the vector u of a reflection I - u u^T / h that turns x into a multiple of the unit vector `place`.
struct Reflection {
  double h;      // 0: x is such a multiple already
  double value;  // what x becomes
};

inline Reflection reflect(double* x, int64_t n, int64_t place) {
  const double alpha = x[place];
  const double others = place == 0 ? dot(x + 1, x + 1, n - 1) : dot(x, x, n - 1);
  if (others == 0) return {0, alpha};
  const double square = others + alpha * alpha;
  const double norm = ::sqrt(square);
  const double value = alpha >= 0 ? -norm : norm;
  x[place] = alpha - value;
  return {square - alpha * value, value};
}

// a, n × n, to three diagonals: d and, from e[1] on, e. Rows of a hold the reflections afterwards, h what belongs to
// them; p is room for n.
inline void tridiagonalize(double* a, int64_t n, double* d, double* e, double* h, double* p) {
  for (int64_t i = n - 1; i > 0; i--) {
    double* u = a + i * n;
    d[i] = u[i];
    const Reflection reflection = reflect(u, i, i - 1);
    e[i] = reflection.value;
    h[i] = reflection.h;
    if (h[i] == 0) continue;
    for (int64_t j = 0; j < i; j++) p[j] = dot(a + j * n, u, i) / h[i];
    const double k = dot(u, p, i) / (h[i] + h[i]);
    subtract(k, u, p, i);
    for (int64_t j = 0; j < i; j++) {
      double* row = a + j * n;
      const double uj = u[j], pj = p[j];
      for (int64_t c = 0; c < i; c++) row[c] = row[c] - (uj * p[c] + pj * u[c]);
    }
  }
  d[0] = a[0];
  h[0] = 0;
}

// Rows i and i + 1 of w.
inline void rotate(double* low, double* high, int64_t n, double c, double s) {
  for (int64_t k = 0; k < n; k++) {
    const double x = low[k], y = high[k];
    high[k] = s * x + c * y;
    low[k] = c * x - s * y;
  }
}

// One step of the iteration on rows l to m.
inline void sweep(double* w, int64_t n, double* d, double* e, int64_t l, int64_t m) {
  double g = (d[l + 1] - d[l]) / (e[l] + e[l]);
  double r = ::sqrt(g * g + 1);
  g = d[m] - d[l] + e[l] / (g >= 0 ? g + r : g - r);
  double s = 1, c = 1, p = 0;
  for (int64_t i = m - 1; i >= l; i--) {
    const double f = s * e[i], b = c * e[i];
    r = ::sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r == 0) {
      d[i + 1] = d[i + 1] - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + (c + c) * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotate(w + i * n, w + (i + 1) * n, n, c, s);
  }
  d[l] = d[l] - p;
  e[l] = g;
  e[m] = 0;
}

// Of the symmetric matrix a, which is used up: eigenvalues in d, the eigenvector of d[k] in row k of w. `room`: 3 n.
inline void eigen(double* a, int64_t n, double* d, double* w, double* room) {
  double *e = room, *h = room + n, *p = room + 2 * n;
  tridiagonalize(a, n, d, e, h, p);
  for (int64_t i = 0; i < n * n; i++) w[i] = 0;
  for (int64_t i = 0; i < n; i++) {
    w[i * n + i] = 1;
    if (h[i] == 0) continue;
    const double* u = a + i * n;
    for (int64_t j = 0; j < i; j++) subtract(dot(w + j * n, u, i) / h[i], u, w + j * n, i);
  }
  for (int64_t i = 1; i < n; i++) e[i - 1] = e[i];
  e[n - 1] = 0;
  for (int64_t l = 0; l < n; l++) {
    for (int turn = 0; turn < kMostIterations; turn++) {
      int64_t m = l;
      while (m < n - 1 && !(fabs(e[m]) <= kDoubleEpsilon * (fabs(d[m]) + fabs(d[m + 1])))) m++;
      if (m == l || e[l] != e[l]) break;
      sweep(w, n, d, e, l, m);
    }
  }
}

// The places of the values, largest first; of equal ones the first is first.
inline void descending(const double* values, int64_t n, float* order) {
  for (int64_t i = 0; i < n; i++) {
    int64_t k = i;
    for (; k > 0 && values[i] > values[int64_t(order[k - 1])]; k--) order[k] = order[k - 1];
    order[k] = float(i);
  }
}

}  // namespace
}  // namespace plummet
