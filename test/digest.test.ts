import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest } from '#src/digest.js';

const sha256 = (bytes: number[]) => createHash('sha256').update(Uint8Array.from(bytes)).digest('hex');
const utf8 = (text: string) => [...Buffer.from(text)];
const floats = (...values: number[]) => ({ data: new Float32Array(values), shape: [values.length] });

describe('digest', () => {
  it('is the SHA-256 of what api.md lists', () => {
    const bytes = [
      ...utf8('b'),
      0,
      0,
      2,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      0,
      0x80,
      0x3f,
      0,
      0,
      0,
      0x80, // [1, -0]
      ...utf8('c'),
      0,
      3,
      1,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      7,
      255,
      ...utf8('d'),
      0,
      2,
      1,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      254,
      255,
      255,
      255,
      ...utf8('e'),
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0xf0,
      0x3f,
      ...utf8('stepé'),
      0,
      4,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0, // 2^32
    ];
    const entries = [
      ['stepé', 2 ** 32],
      ['e', { data: new Float64Array([1]), shape: [] }],
      ['b', { data: new Float32Array([1, -0]), shape: [1, 2] }],
      ['d', { data: new Int32Array([-2]), shape: [1] }],
      ['c', { data: new Uint8Array([7, 255]), shape: [2] }],
    ] as const;
    expect(digest(entries)).toBe(sha256(bytes));
    expect(digest([])).toBe(sha256([]));
  });

  it('sorts names by code units', () => {
    // U+FF5E comes before U+1F600 as a code point, after its first surrogate as a code unit.
    const bytes = [
      ...utf8('B'),
      0,
      4,
      0,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...utf8('a'),
      0,
      4,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...utf8('\u{1f600}'),
      0,
      4,
      0,
      0,
      0,
      0,
      3,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...utf8('～'),
      0,
      4,
      0,
      0,
      0,
      0,
      4,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ];
    expect(
      digest([
        ['～', 4],
        ['a', 1],
        ['\u{1f600}', 3],
        ['B', 2n],
      ]),
    ).toBe(sha256(bytes));
  });

  it('takes every NaN for one, and keeps the sign of zero', () => {
    const odd = new Float32Array(new Uint32Array([0xffc01234, 0x7f800001]).buffer);
    expect(digest([['w', { data: odd, shape: [2] }]])).toBe(digest([['w', floats(Number.NaN, Number.NaN)]]));
    expect(new Uint32Array(odd.buffer)).toEqual(new Uint32Array([0xffc01234, 0x7f800001]));
    const wide = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer);
    const zero = new Float64Array([Number.NaN]);
    new BigUint64Array(zero.buffer)[0] = 0x7ff8000000000000n;
    expect(digest([['w', { data: wide, shape: [1] }]])).toBe(digest([['w', { data: zero, shape: [1] }]]));
    expect(digest([['w', floats(0)]])).not.toBe(digest([['w', floats(-0)]]));
    expect(digest([['w', floats(Number.POSITIVE_INFINITY)]])).not.toBe(digest([['w', floats(Number.NaN)]]));
  });

  it('takes long arrays, views and shared memory', () => {
    const data = Float32Array.from({ length: 40000 }, (_, i) => i);
    const shared = new Float32Array(new SharedArrayBuffer(4 * 40001)).subarray(1);
    shared.set(data);
    const bytes = [119, 0, 0, 1, 0, 0, 0, 0x40, 0x9c, 0, 0];
    const expected = createHash('sha256')
      .update(Uint8Array.from(bytes))
      .update(new Uint8Array(data.buffer))
      .digest('hex');
    expect(digest([['w', { data, shape: [40000] }]])).toBe(expected);
    expect(digest([['w', { data: shared, shape: [40000] }]])).toBe(expected);
  });

  it('refuses what would be ambiguous', () => {
    expect(() =>
      digest([
        ['w', 1],
        ['w', 2],
      ]),
    ).toThrow('two entries are named "w"');
    expect(() => digest([['w', { data: new Float32Array(3), shape: [2] }]])).toThrow('[2] does not hold 3 values');
  });
});
