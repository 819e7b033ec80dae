/** Roots and eigenvectors of the matrices that optimizers keep, the twin of native/kernels/roots.h. */
import type { FloatArray } from '../arithmetic/float32.ts';
import { descending, dot, eigen, reflect, reflected, subtract } from './eigen.ts';
import type { Kernel, KernelOperand } from './kernel.ts';

/** Float64 in an operand of floats: from its first multiple of eight bytes on. */
function doublesOf(operand: KernelOperand, offset: number, count: number): Float64Array {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = operand as FloatArray;
  return new Float64Array(buffer, 8 * Math.ceil((byteOffset + offset * BYTES_PER_ELEMENT) / 8), count);
}

/** The root of an odd degree, by Newton's iteration from above, with x brought between 1 and 2^degree. */
function oddRoot(x: number, degree: number): number {
  if (!(x > 0 && x <= Number.MAX_VALUE)) return x;
  let step = 1;
  let scale = 1;
  let rest = x;
  for (let i = 0; i < degree; i++) step *= 2;
  while (rest >= step) {
    rest /= step;
    scale *= 2;
  }
  while (rest < 1) {
    rest *= step;
    scale /= 2;
  }
  let root = 1 + (rest - 1) / degree;
  for (let turn = 0; turn < 40; turn++) {
    let power = 1;
    for (let i = 1; i < degree; i++) power *= root;
    root -= (root - rest / power) / degree;
  }
  return root * scale;
}

/** x^(−1 / (2 order)), order from 1 to 8. */
function inversePower(x: number, order: number): number {
  let root = Math.sqrt(x);
  let left = order;
  for (; left % 2 === 0; left /= 2) root = Math.sqrt(root);
  return 1 / (left > 1 ? oddRoot(root, left) : root);
}

export const inverseRoot: Kernel = (operands, offsets, dims) => {
  const factor = operands[0] as FloatArray;
  const root = operands[1] as FloatArray;
  const hyper = operands[3] as FloatArray;
  const [n] = dims;
  const [from, to, , at] = offsets;
  if (n === 0 || !(hyper[at] > 0)) return 0;
  const order = Math.min(8, Math.max(1, dims[1]));
  const a = doublesOf(operands[2], offsets[2], 2 * n * n + 4 * n);
  const w = n * n;
  const d = 2 * n * n;
  const room = d + n;
  for (let i = 0; i < n * n; i++) a[i] = factor[from + i] / hyper[at + 1];
  eigen(a, n, d, w, room);
  for (let k = 0; k < n; k++) {
    const value = 0 > a[d + k] ? 0 : a[d + k];
    a[d + k] = inversePower(value + hyper[at + 2], order);
    for (let i = 0; i < n; i++) a[i * n + k] = a[w + k * n + i];
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) a[room + k] = a[i * n + k] * a[d + k];
    for (let j = 0; j <= i; j++) {
      const x = dot(a, room, j * n, n);
      root[to + i * n + j] = x;
      root[to + j * n + i] = x;
    }
  }
  return 0;
};

interface Basis {
  readonly factor: FloatArray;
  readonly from: number;
  readonly basis: FloatArray;
  readonly to: number;
  readonly n: number;
  readonly a: Float64Array;
}

/** The eigenvectors of the factor as columns of the basis, that of the largest eigenvalue first. */
function beginBasis({ factor, from, basis, to, n, a }: Basis): Int32Array {
  const w = n * n;
  const d = 2 * n * n;
  for (let i = 0; i < n * n; i++) a[i] = factor[from + i];
  eigen(a, n, d, w, d + n);
  const order = descending(a, d, n);
  for (let c = 0; c < n; c++) {
    for (let i = 0; i < n; i++) basis[to + i * n + c] = a[w + order[c] * n + i];
  }
  return order;
}

/** One power iteration with the basis that there is, then a QR decomposition. */
function renewBasis({ factor, from, basis, to, n, a }: Basis): Int32Array {
  const moved = n * n;
  const estimate = 2 * n * n;
  const h = estimate + n;
  const sign = h + n;
  const room = sign + n;
  for (let c = 0; c < n; c++) {
    for (let i = 0; i < n; i++) a[c * n + i] = basis[to + i * n + c];
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) a[room + k] = factor[from + i * n + k];
    for (let c = 0; c < n; c++) a[moved + c * n + i] = dot(a, room, c * n, n);
  }
  for (let c = 0; c < n; c++) a[estimate + c] = dot(a, c * n, moved + c * n, n);
  const order = descending(a, estimate, n);
  for (let c = 0; c < n; c++) {
    const u = moved + order[c] * n + c;
    const below = reflect(a, u, n - c, 0);
    a[h + c] = below;
    a[sign + c] = 0 > reflected.value ? -1 : 1;
    if (below === 0) continue;
    for (let k = c + 1; k < n; k++) {
      const x = moved + order[k] * n + c;
      subtract(a, dot(a, u, x, n - c) / below, u, x, n - c);
    }
  }
  for (let c = 0; c < n; c++) {
    const x = c * n;
    a.fill(0, x, x + n);
    a[x + c] = a[sign + c];
    for (let k = c; k >= 0; k--) {
      const below = a[h + k];
      if (below === 0) continue;
      const u = moved + order[k] * n + k;
      subtract(a, dot(a, u, x + k, n - k) / below, u, x + k, n - k);
    }
    for (let i = 0; i < n; i++) basis[to + i * n + c] = a[x + i];
  }
  return order;
}

export const eigenbasis: Kernel = (operands, offsets, dims) => {
  const mode = (operands[4] as FloatArray)[offsets[4]];
  const [n] = dims;
  if (n === 0 || !(mode === 1 || mode === 2)) return 0;
  const order = (mode === 1 ? beginBasis : renewBasis)({
    factor: operands[0] as FloatArray,
    from: offsets[0],
    basis: operands[1] as FloatArray,
    to: offsets[1],
    n,
    a: doublesOf(operands[3], offsets[3], 2 * n * n + 4 * n),
  });
  (operands[2] as FloatArray).set(order, offsets[2]);
  return 0;
};
