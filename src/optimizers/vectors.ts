/**
 * Vectors for optimizers that look for their steps: sums in float64, over four lanes that are joined at the end. Both backends use these, so results do not depend on the backend.
 */

/** Lane l sums the elements i with i % 4 = l, ascending; then (0 + 1) + (2 + 3). */
export function dot(x: Float32Array, y: Float32Array): number {
  const whole = x.length - (x.length % 4);
  const lanes = [0, 0, 0, 0];
  let [a, b, c, d] = lanes;
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
  for (let i = whole; i < x.length; i++) lanes[i - whole] += x[i] * y[i];
  return lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
}

/** The same with a vector in float64: a function of its own, for arrays of one kind in each place are read three times as fast. */
export function dotWide(x: Float32Array, y: Float64Array): number {
  const whole = x.length - (x.length % 4);
  const lanes = [0, 0, 0, 0];
  let [a, b, c, d] = lanes;
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
  for (let i = whole; i < x.length; i++) lanes[i - whole] += x[i] * y[i];
  return lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
}

/** y ← y + a · x. */
export function addScaled(y: Float64Array, a: number, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] += a * x[i];
}

/** The largest magnitude; NaN where there is one. */
export function largest(x: Float32Array): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) {
    const size = Math.abs(x[i]);
    if (size > most || Number.isNaN(size)) most = size;
  }
  return most;
}

/** The sum of magnitudes, with elements ascending. */
export function magnitudes(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]);
  return sum;
}

/** x + t · d, each element computed in float64 and rounded once. */
export function along(x: Float32Array, t: number, d: Float32Array): Float32Array {
  const there = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) there[i] = x[i] + t * d[i];
  return there;
}

/** t · x, in float64 and rounded once. */
export function times(t: number, x: Float32Array): Float32Array {
  const product = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) product[i] = t * x[i];
  return product;
}

/** −x, wide enough to go on with. */
export function negative(x: Float32Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = -x[i];
  return result;
}
