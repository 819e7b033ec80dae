/** The inner loop of every matrix product: 4 × 4 results held in local variables, each a chain of fused multiply-adds. */
import { DOWN, type FloatArray, fma, fround, UP } from '../arithmetic/float32.ts';

// The engine folds a module's own constants into the loop, but loads imported ones at each use: a tenth of the time.
const round = fround;
const up = UP;
const down = DOWN;

/**
 * acc[4 r + q] = fma(a[ar + p · aStep], b[bq + p · bStep], acc[4 r + q]) for p = 0 … count − 1, ascending. a0 … a3 are the places
 * of the first elements of four rows, b0 … b3 of four columns.
 *
 * A sum whose float32 depends on what float64 lost (see UP and DOWN) leaves the inner loop: the step is done again in one other
 * place, which keeps the loop short and free of calls.
 */
export function tile(
  acc: FloatArray,
  a: FloatArray,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  aStep: number,
  b: FloatArray,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
  bStep: number,
  count: number,
): void {
  let pa = 0;
  let pb = 0;
  for (let p = 0; ; ) {
    let c00 = acc[0];
    let c01 = acc[1];
    let c02 = acc[2];
    let c03 = acc[3];
    let c10 = acc[4];
    let c11 = acc[5];
    let c12 = acc[6];
    let c13 = acc[7];
    let c20 = acc[8];
    let c21 = acc[9];
    let c22 = acc[10];
    let c23 = acc[11];
    let c30 = acc[12];
    let c31 = acc[13];
    let c32 = acc[14];
    let c33 = acc[15];
    for (; p < count; p++) {
      const x0 = a[a0 + pa];
      const x1 = a[a1 + pa];
      const x2 = a[a2 + pa];
      const x3 = a[a3 + pa];
      const y0 = b[b0 + pb];
      const y1 = b[b1 + pb];
      const y2 = b[b2 + pb];
      const y3 = b[b3 + pb];
      let s = x0 * y0 + c00;
      const r00 = round(s * up);
      if (round(s * down) !== r00) break;
      s = x0 * y1 + c01;
      const r01 = round(s * up);
      if (round(s * down) !== r01) break;
      s = x0 * y2 + c02;
      const r02 = round(s * up);
      if (round(s * down) !== r02) break;
      s = x0 * y3 + c03;
      const r03 = round(s * up);
      if (round(s * down) !== r03) break;
      s = x1 * y0 + c10;
      const r10 = round(s * up);
      if (round(s * down) !== r10) break;
      s = x1 * y1 + c11;
      const r11 = round(s * up);
      if (round(s * down) !== r11) break;
      s = x1 * y2 + c12;
      const r12 = round(s * up);
      if (round(s * down) !== r12) break;
      s = x1 * y3 + c13;
      const r13 = round(s * up);
      if (round(s * down) !== r13) break;
      s = x2 * y0 + c20;
      const r20 = round(s * up);
      if (round(s * down) !== r20) break;
      s = x2 * y1 + c21;
      const r21 = round(s * up);
      if (round(s * down) !== r21) break;
      s = x2 * y2 + c22;
      const r22 = round(s * up);
      if (round(s * down) !== r22) break;
      s = x2 * y3 + c23;
      const r23 = round(s * up);
      if (round(s * down) !== r23) break;
      s = x3 * y0 + c30;
      const r30 = round(s * up);
      if (round(s * down) !== r30) break;
      s = x3 * y1 + c31;
      const r31 = round(s * up);
      if (round(s * down) !== r31) break;
      s = x3 * y2 + c32;
      const r32 = round(s * up);
      if (round(s * down) !== r32) break;
      s = x3 * y3 + c33;
      const r33 = round(s * up);
      if (round(s * down) !== r33) break;
      c00 = r00;
      c01 = r01;
      c02 = r02;
      c03 = r03;
      c10 = r10;
      c11 = r11;
      c12 = r12;
      c13 = r13;
      c20 = r20;
      c21 = r21;
      c22 = r22;
      c23 = r23;
      c30 = r30;
      c31 = r31;
      c32 = r32;
      c33 = r33;
      pa += aStep;
      pb += bStep;
    }
    acc[0] = c00;
    acc[1] = c01;
    acc[2] = c02;
    acc[3] = c03;
    acc[4] = c10;
    acc[5] = c11;
    acc[6] = c12;
    acc[7] = c13;
    acc[8] = c20;
    acc[9] = c21;
    acc[10] = c22;
    acc[11] = c23;
    acc[12] = c30;
    acc[13] = c31;
    acc[14] = c32;
    acc[15] = c33;
    if (p >= count) return;
    rows[0] = a0 + pa;
    rows[1] = a1 + pa;
    rows[2] = a2 + pa;
    rows[3] = a3 + pa;
    columns[0] = b0 + pb;
    columns[1] = b1 + pb;
    columns[2] = b2 + pb;
    columns[3] = b3 + pb;
    const done = exactSteps(acc, a, aStep, b, bStep, count - p);
    p += done;
    pa += done * aStep;
    pb += done * bStep;
  }
}

/** Where the next step's elements are. */
const rows = new Int32Array(4);
const columns = new Int32Array(4);

/** At least one step, and on while sums stand on a tie: in data like 0 and 1 every other one does. Returns how many. */
function exactSteps(
  acc: FloatArray,
  a: FloatArray,
  aStep: number,
  b: FloatArray,
  bStep: number,
  count: number,
): number {
  for (let p = 0; p < count; p++) {
    let tied = false;
    for (let r = 0; r < 4; r++) {
      const x = a[rows[r] + p * aStep];
      for (let q = 0; q < 4; q++) {
        const y = b[columns[q] + p * bStep];
        const held = acc[4 * r + q];
        const product = x * y;
        const sum = product + held;
        const high = round(sum * up);
        if (round(sum * down) === high) {
          acc[4 * r + q] = high;
          continue;
        }
        tied = true;
        // What float64 lost (see `fma`): mostly nothing, and then the sum itself is to be rounded. NaN beside infinities and NaN.
        const part = sum - product;
        const lost = product - (sum - part) + (held - part);
        acc[4 * r + q] = lost > 0 || lost < 0 ? fma(x, y, held) : sum;
      }
    }
    if (!tied) return p + 1;
  }
  return count;
}
