/** Symmetric matrices in float64 and their eigenvectors, the twin of native/kernels/eigen.h: places are offsets in one array. */

const MOST_ITERATIONS = 60;
const lanes = new Float64Array(8);

/** Element i goes to lane i % 8; then a tree. */
export function dot(a: Float64Array, x: number, y: number, n: number): number {
  let [l0, l1, l2, l3, l4, l5, l6, l7] = [0, 0, 0, 0, 0, 0, 0, 0];
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    l0 += a[x + i] * a[y + i];
    l1 += a[x + i + 1] * a[y + i + 1];
    l2 += a[x + i + 2] * a[y + i + 2];
    l3 += a[x + i + 3] * a[y + i + 3];
    l4 += a[x + i + 4] * a[y + i + 4];
    l5 += a[x + i + 5] * a[y + i + 5];
    l6 += a[x + i + 6] * a[y + i + 6];
    l7 += a[x + i + 7] * a[y + i + 7];
  }
  if (i < n) {
    lanes[0] = l0;
    lanes[1] = l1;
    lanes[2] = l2;
    lanes[3] = l3;
    lanes[4] = l4;
    lanes[5] = l5;
    lanes[6] = l6;
    lanes[7] = l7;
    for (let l = 0; i < n; i++, l++) lanes[l] += a[x + i] * a[y + i];
    [l0, l1, l2, l3, l4, l5, l6, l7] = lanes;
  }
  return l0 + l4 + (l2 + l6) + (l1 + l5 + (l3 + l7));
}

/** y = y − factor · x */
export function subtract(a: Float64Array, factor: number, x: number, y: number, n: number): void {
  for (let i = 0; i < n; i++) a[y + i] -= factor * a[x + i];
}

/** What the last `reflect` has made of x: `value` in one place, 0 elsewhere. */
export const reflected = { value: 0 };

/**
 * Makes x the vector u of a reflection I − u uᵀ / h that turns x into a multiple of the unit vector `place`.
 *
 * @returns h, or 0 where x is such a multiple already
 */
export function reflect(a: Float64Array, x: number, n: number, place: number): number {
  const alpha = a[x + place];
  const others = place === 0 ? dot(a, x + 1, x + 1, n - 1) : dot(a, x, x, n - 1);
  reflected.value = alpha;
  if (others === 0) return 0;
  const square = others + alpha * alpha;
  const norm = Math.sqrt(square);
  reflected.value = alpha >= 0 ? -norm : norm;
  a[x + place] = alpha - reflected.value;
  return square - alpha * reflected.value;
}

/** The matrix at 0, n × n, to three diagonals. */
function tridiagonalize(a: Float64Array, n: number, d: number, e: number, h: number, p: number): void {
  for (let i = n - 1; i > 0; i--) {
    const u = i * n;
    a[d + i] = a[u + i];
    const below = reflect(a, u, i, i - 1);
    a[e + i] = reflected.value;
    a[h + i] = below;
    if (below === 0) continue;
    for (let j = 0; j < i; j++) a[p + j] = dot(a, j * n, u, i) / below;
    subtract(a, dot(a, u, p, i) / (below + below), u, p, i);
    for (let j = 0; j < i; j++) {
      const row = j * n;
      const uj = a[u + j];
      const pj = a[p + j];
      for (let c = 0; c < i; c++) a[row + c] -= uj * a[p + c] + pj * a[u + c];
    }
  }
  a[d] = a[0];
  a[h] = 0;
}

function rotate(a: Float64Array, low: number, n: number, c: number, s: number): void {
  for (let k = low; k < low + n; k++) {
    const x = a[k];
    const y = a[k + n];
    a[k + n] = s * x + c * y;
    a[k] = c * x - s * y;
  }
}

/** One step of the iteration on rows l to m. */
function sweep(a: Float64Array, n: number, d: number, w: number, e: number, l: number, m: number): void {
  let g = (a[d + l + 1] - a[d + l]) / (a[e + l] + a[e + l]);
  let r = Math.sqrt(g * g + 1);
  g = a[d + m] - a[d + l] + a[e + l] / (g >= 0 ? g + r : g - r);
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * a[e + i];
    const b = c * a[e + i];
    r = Math.sqrt(f * f + g * g);
    a[e + i + 1] = r;
    if (r === 0) {
      a[d + i + 1] -= p;
      a[e + m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = a[d + i + 1] - p;
    r = (a[d + i] - g) * s + (c + c) * b;
    p = s * r;
    a[d + i + 1] = g + p;
    g = c * r - b;
    rotate(a, w + i * n, n, c, s);
  }
  a[d + l] -= p;
  a[e + l] = g;
  a[e + m] = 0;
}

/**
 * Of the symmetric matrix at 0, n × n, which is used up: eigenvalues from `d` on, the eigenvector of each in a row of the matrix at
 * `w`. From `room` on there is room for 3 n.
 */
export function eigen(a: Float64Array, n: number, d: number, w: number, room: number): void {
  const e = room;
  const h = room + n;
  tridiagonalize(a, n, d, e, h, room + 2 * n);
  a.fill(0, w, w + n * n);
  for (let i = 0; i < n; i++) {
    a[w + i * n + i] = 1;
    const below = a[h + i];
    if (below === 0) continue;
    for (let j = 0; j < i; j++) subtract(a, dot(a, w + j * n, i * n, i) / below, i * n, w + j * n, i);
  }
  for (let i = 1; i < n; i++) a[e + i - 1] = a[e + i];
  a[e + n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let turn = 0; turn < MOST_ITERATIONS; turn++) {
      let m = l;
      while (m < n - 1 && !small(a[e + m], a[d + m], a[d + m + 1])) m++;
      if (m === l || Number.isNaN(a[e + l])) break;
      sweep(a, n, d, w, e, l, m);
    }
  }
}

const small = (e: number, d: number, next: number): boolean =>
  Math.abs(e) <= Number.EPSILON * (Math.abs(d) + Math.abs(next));

/** The places of n values, largest first; of equal ones the first is first. */
export function descending(a: Float64Array, values: number, n: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let k = i;
    for (; k > 0 && a[values + i] > a[values + order[k - 1]]; k--) order[k] = order[k - 1];
    order[k] = i;
  }
  return order;
}
