/** Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), and what is drawn from it. */
import type { Kernel } from './kernel.ts';

/** What a random number is for: part of its counter. */
export const purpose = { weights: 0, shuffle: 1, dropout: 2, noise: 3 } as const;

/** The upper 32 bits of the 64-bit product of two 32-bit integers. Its parts stay below 2³², so that it is integers alone. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = ((Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const rest = ((Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (rest >>> 16)) >>> 0;
}

/** Four 32-bit words for one counter, and for those that follow it, until `out` is full. */
export function philox(
  keyLow: number,
  keyHigh: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
): void {
  for (let at = 0; at < out.length; at += 4) {
    let k0 = keyLow | 0;
    let k1 = keyHigh | 0;
    let x0 = (c0 + (at >>> 2)) | 0;
    let x1 = c1 | 0;
    let x2 = c2 | 0;
    let x3 = c3 | 0;
    for (let round = 0; round < 10; round++) {
      const high0 = multiplyHigh(0xd2511f53, x0);
      const low0 = Math.imul(0xd2511f53, x0);
      const high1 = multiplyHigh(0xcd9e8d57, x2);
      const low1 = Math.imul(0xcd9e8d57, x2);
      x0 = high1 ^ x1 ^ k0;
      x1 = low1;
      x2 = high0 ^ x3 ^ k1;
      x3 = low0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    out[at] = x0;
    out[at + 1] = x1;
    out[at + 2] = x2;
    out[at + 3] = x3;
  }
}

const words = new Uint32Array(4);

/** Fisher and Yates, from the last to the first. */
export const shuffle: Kernel = (operands, offsets, dims) => {
  const order = operands[0] as Int32Array;
  const from = offsets[0];
  const n = dims[0];
  const epoch = dims[3];
  for (let i = 0; i < n; i++) order[from + i] = i;
  let block = -1;
  for (let i = n - 1; i > 0; i--) {
    if (Math.floor(i / 4) !== block) {
      block = Math.floor(i / 4);
      philox(dims[1], dims[2], block, purpose.shuffle << 24, epoch, Math.floor(epoch / 0x1_0000_0000), words);
    }
    const other = multiplyHigh(words[i % 4], i + 1);
    const held = order[from + i];
    order[from + i] = order[from + other];
    order[from + other] = held;
  }
  return 0;
};
