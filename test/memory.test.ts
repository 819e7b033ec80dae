import { describe, expect, it } from 'vitest';
import { loadAddon } from '#src/kernels/native.js';
import { atLeast, sharedBytes, sharedDoubles, sharedFloats, sharedInts } from '#src/memory.js';

const { addon } = loadAddon();
const kinds = { sharedBytes, sharedDoubles, sharedFloats, sharedInts };

describe.each(Object.entries(kinds))('%s', (_, make) => {
  it.each([0, 1, 2, 15, 16, 17, 1000, 65536, 300001])(
    '%i elements: shared, zero, with its lines for itself',
    (length) => {
      const array = make(length);
      expect(array.length).toBe(length);
      expect(array.every((value) => value === 0)).toBe(true);
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
      const lines = Math.max(1, Math.ceil(array.byteLength / 64));
      expect(array.buffer.byteLength - array.byteOffset).toBeGreaterThanOrEqual(64 * lines);
    },
  );

  it.skipIf(addon === null)('begins a line', () => {
    const held = Array.from({ length: 50 }, (_, i) => make(1 + i * 37));
    expect(held.map((array) => addon?.misalignment(array))).toEqual(new Array(50).fill(0));
  });
});

it.skipIf(addon === null)('misalignment tells where an array begins', () => {
  const array = sharedBytes(200);
  for (const from of [0, 1, 4, 63, 64, 65, 130]) {
    expect(addon?.misalignment(array.subarray(from))).toBe(from % 64);
  }
});

it('atLeast keeps what is long enough', () => {
  const array = sharedFloats(10);
  expect(atLeast(array, 10)).toBe(array);
  expect(atLeast(array, 3)).toBe(array);
  expect(atLeast(array, 11).length).toBe(11);
});
