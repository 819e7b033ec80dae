import { describe, expect, it } from 'vitest';
import { pack, unpack } from '#src/layout.js';

/** Floats that a matrix takes, its rows padded to a multiple of 16; in no layout does it take more. */
const room = (shape: number[]) =>
  shape.slice(0, -1).reduce((a, b) => a * b, 1) * Math.ceil(shape[shape.length - 1] / 16) * 16;

const counted = (n: number) => Float32Array.from({ length: n }, (_, i) => i + 1);

describe('layouts', () => {
  it('place each element where docs/definitions.md says', () => {
    const [k, n, offset] = [5, 75, 16];
    const source = counted(k * n);
    const panels = new Float32Array(offset + room([k, n]));
    pack(source, [k, n], 'panels', panels, offset);
    const padded = new Float32Array(offset + room([k, n]));
    pack(source, [k, n], 'padded', padded, offset);
    let sum = 0;
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) {
        const q = Math.floor(j / 32);
        const w = Math.min(32, 80 - 32 * q);
        expect(panels[offset + 32 * q * k + p * w + (j - 32 * q)]).toBe(source[p * n + j]);
        expect(padded[offset + p * 80 + j]).toBe(source[p * n + j]);
        sum += source[p * n + j];
      }
    }
    // Nothing else was written.
    expect(panels.reduce((a, b) => a + b)).toBe(sum);
    expect(padded.reduce((a, b) => a + b)).toBe(sum);
  });

  for (const layout of ['flat', 'padded', 'panels'] as const) {
    it(`${layout} comes back as it went`, () => {
      for (const shape of [[1, 1], [7], [3, 16], [4, 31], [2, 33], [6, 64], [2, 3, 20]]) {
        const n = shape.reduce((a, b) => a * b);
        const packed = new Float32Array(32 + room(shape)).fill(-1);
        pack(counted(n), shape, layout, packed, 32);
        expect(packed.subarray(0, 32).every((x) => x === -1)).toBe(true);
        const back = new Float32Array(n);
        unpack(packed, 32, shape, layout, back);
        expect(back).toEqual(counted(n));
      }
    });
  }
});
