import { describe, expect, it } from 'vitest';
import { dataset, isDataset } from '#src/data/create.js';
import { tensor } from '#src/tensor.js';

const thrown = (act: () => unknown): Error & { code: string } => {
  try {
    act();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('nothing was thrown');
};
const shared = <T extends { set(values: ArrayLike<number>): void }>(
  Kind: new (buffer: SharedArrayBuffer) => T,
  bytes: number,
  values: number[],
): T => {
  const array = new Kind(new SharedArrayBuffer(bytes * values.length));
  array.set(values);
  return array;
};

describe('dataset', () => {
  it('copies floats into shared memory', () => {
    const x = new Float32Array([1, 2, 3, 4, 5, 6]);
    const d = dataset({ x, y: new Uint8Array([2, 0, 1]) });
    x[0] = 99;
    expect(d.x).toEqual(new Float32Array([1, 2, 3, 4, 5, 6]));
    expect(d.x.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(d.y).toEqual(new Int32Array([2, 0, 1]));
    expect(d.y?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(d).toMatchObject({ rows: 3, columns: 2, targets: 1, bytes: null });
    expect(isDataset(d)).toBe(true);
    expect(isDataset({ ...d })).toBe(false);
  });

  it('uses shared arrays in place', () => {
    const x = shared(Float32Array, 4, [1, 2, 3, 4]);
    const y = shared(Int32Array, 4, [0, 1]);
    const d = dataset({ x, y });
    expect(d.x).toBe(x);
    expect(d.y).toBe(y);
    const bytes = shared(Uint8Array, 1, [1, 2, 3, 4]);
    const part = dataset({ x: bytes.subarray(2), columns: 2 });
    bytes[3] = 77;
    expect(part.x).toEqual(new Uint8Array([3, 77]));
    // Memory that can grow changes the length of views under a running thread.
    const growable = new Float32Array(
      new (SharedArrayBuffer as new (n: number, o: object) => SharedArrayBuffer)(16, { maxByteLength: 64 }),
    );
    expect(dataset({ x: growable, columns: 2 }).x.buffer).not.toBe(growable.buffer);
  });

  it('keeps bytes as bytes', () => {
    const d = dataset({ x: new Uint8Array([0, 128, 255, 1]), y: [0, 1], divisor: 255 });
    expect(d.x).toEqual(new Uint8Array([0, 128, 255, 1]));
    expect(d.bytes?.table[128]).toBe(Math.fround(128 / 255));
    expect(d.bytes?.description).toBe('/ 255');
    expect(dataset({ x: new Uint8ClampedArray(4), columns: 4 }).x).toEqual(new Uint8Array(4));
    expect(dataset({ x: new Uint8Array([9, 8]), columns: 2 }).bytes?.table[9]).toBe(9);
  });

  it('converts other numbers, each rounded once', () => {
    expect(
      dataset({
        x: [
          [0.1, 2],
          [3, 4],
        ],
      }).x,
    ).toEqual(new Float32Array([0.1, 2, 3, 4]));
    expect(dataset({ x: new Int16Array([-5, 6]), columns: 1 }).x).toEqual(new Float32Array([-5, 6]));
    expect(dataset({ x: new Float64Array([0.1]), columns: 1 }).x).toEqual(new Float32Array([0.1]));
    expect(thrown(() => dataset({ x: new Float64Array([1, 1e39]), columns: 1 })).message).toContain(
      'holds 1e+39 (at 1)',
    );
    expect(dataset({ x: new Float64Array([Number.POSITIVE_INFINITY]), columns: 1 }).x[0]).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('finds out the rows and columns', () => {
    expect(dataset({ x: tensor(new Uint8Array(24), [2, 3, 4]) })).toMatchObject({
      rows: 2,
      columns: 12,
      targets: 0,
      y: null,
    });
    expect(
      dataset({
        x: new Float32Array(6),
        y: [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
      }),
    ).toMatchObject({ rows: 3, columns: 2, targets: 2 });
    expect(dataset({ x: new Float32Array(6), columns: 3, y: new Float32Array(4) })).toMatchObject({
      rows: 2,
      targets: 2,
    });
    expect(dataset({ x: [1, 2, 3], y: [2, 4, 6] })).toMatchObject({ rows: 3, columns: 1 });
    const unknown = thrown(() => dataset({ x: new Float32Array(6) }));
    expect(unknown.message).toContain('give columns');
    expect(unknown.code).toBe('ERR_PLUMMET_SHAPE');
    // Floats may be several a row, so that the number of rows stays unknown.
    expect(thrown(() => dataset({ x: new Float32Array(6), y: new Float32Array(3) })).message).toContain('give columns');
  });

  it('tells labels from floats', () => {
    const kind = (y: Parameters<typeof dataset>[0]['y']) => dataset({ x: new Float32Array(4), columns: 2, y }).y;
    expect(kind([0, 1])).toEqual(new Int32Array([0, 1]));
    expect(kind([0.5, 1])).toEqual(new Float32Array([0.5, 1]));
    expect(kind([[0], [1]])).toEqual(new Float32Array([0, 1]));
    expect(kind(new Float32Array([0, 1]))).toEqual(new Float32Array([0, 1]));
    expect(kind(new Uint32Array([0, 1]))).toEqual(new Int32Array([0, 1]));
    expect(kind(tensor(new Uint8Array([0, 1]), [2, 1]))).toEqual(new Int32Array([0, 1]));
    expect(kind(tensor(new Uint8Array([0, 1, 1, 0]), [2, 2]))).toEqual(new Float32Array([0, 1, 1, 0]));
    expect(kind([1e12, 2e12])).toEqual(new Float32Array([1e12, 2e12]));
    expect(thrown(() => kind(new Uint32Array([0, 2 ** 31]))).code).toBe('ERR_PLUMMET_LABEL');
  });

  it('refuses what does not match', () => {
    const x = new Float32Array(6);
    const cases: [object | undefined, string, string][] = [
      [{ x, columns: 2, y: new Int32Array(2) }, 'ERR_PLUMMET_SHAPE', 'y has 2 rows, x has 3'],
      [{ x, columns: 2, y: [[1], [2]] }, 'ERR_PLUMMET_SHAPE', 'y has 2 rows, x has 3'],
      [{ x, columns: 2, y: new Uint8Array(30) }, 'ERR_PLUMMET_SHAPE', 'tensor(data, [rows, targets])'],
      [{ x, columns: 2, y: new Float32Array(4) }, 'ERR_PLUMMET_SHAPE', 'x has 3'],
      [{ x, columns: 2, y: [] }, 'ERR_PLUMMET_SHAPE', 'y has 0 rows'],
      [{ x, columns: 4 }, 'ERR_PLUMMET_SHAPE', 'not a multiple of the row length 4'],
      [{ x, y: [1, 2, 3, 4] }, 'ERR_PLUMMET_SHAPE', 'not a multiple of the 4 rows'],
      [{ x: new Float32Array(0), columns: 2 }, 'ERR_PLUMMET_SHAPE', 'x is empty'],
      [{ x, columns: 2, divisor: 255 }, 'ERR_PLUMMET_OPTION', 'are for bytes'],
      [{ x: new Uint8Array(2), columns: 2, divisor: 0 }, 'ERR_PLUMMET_OPTION', 'must not be 0'],
      [{ x: new Uint8Array(2), columns: 2, divisor: 2, scale: 2 }, 'ERR_PLUMMET_OPTION', 'not both'],
      [{ x: new Uint8Array(2), columns: 2, scale: 1e38 }, 'ERR_PLUMMET_OPTION', 'too large'],
      [{ x: new Uint8Array(2), columns: 2, scale: Number.NaN }, 'ERR_PLUMMET_OPTION', 'finite'],
      [{ x, columns: 0 }, 'ERR_PLUMMET_OPTION', 'columns'],
      [{ x, colums: 2 }, 'ERR_PLUMMET_OPTION', 'Did you mean "columns"?'],
      [{ y: x }, 'ERR_PLUMMET_OPTION', 'x is missing'],
      [{ x: new BigInt64Array(2), columns: 2 }, 'ERR_PLUMMET_TYPE', 'BigInt64Array'],
      [undefined, 'ERR_PLUMMET_OPTION', 'x is missing'],
    ];
    for (const [options, code, message] of cases) {
      const error = thrown(() => dataset(options as never));
      expect(error.message).toContain(message);
      expect(error.code, message).toBe(code);
    }
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(thrown(() => dataset({ x: gone, columns: 2 })).code).toBe('ERR_PLUMMET_DETACHED');
  });
});

describe('the table of bytes', () => {
  /** The exact value of a float64 as n · 2^-1100. */
  const exact = (x: number): bigint => {
    let [m, e] = [x, 0n];
    while (m % 1 !== 0) [m, e] = [m * 2, e + 1n];
    return BigInt(m) << (1100n - e);
  };
  const nearest = (value: bigint): number => {
    const guess = Math.fround(Number(value >> 900n) / 2 ** 200);
    const bits = new Uint32Array([new Uint32Array(new Float32Array([guess]).buffer)[0]])[0];
    const near = [-1, 0, 1].map((d) => new Float32Array(new Uint32Array([Math.max(0, bits + d)]).buffer)[0]);
    const distance = (f: number) => (exact(f) > value ? exact(f) - value : value - exact(f));
    return near.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  };

  for (const given of [
    { divisor: 255 },
    { divisor: 256 },
    { scale: 1 / 255 },
    { scale: 1 },
    { divisor: 127.5 },
    { scale: 0.1 },
    { divisor: 3 },
    { divisor: 1000003 },
    { scale: 1e-41 },
  ]) {
    it(`${JSON.stringify(given)} is rounded once, and its flag tells the truth`, () => {
      const { table } = dataset({ x: new Uint8Array(1), columns: 1, ...given }).bytes as { table: Float32Array };
      expect(table.length).toBe(259);
      const [hi, lo, flag] = table.subarray(256);
      let reproduced = true;
      for (let b = 0; b < 256; b++) {
        expect(table[b]).toBe(
          Math.fround('scale' in given ? b * (given.scale as number) : b / (given.divisor as number)),
        );
        const sum = exact(b) * exact(hi) + (exact(Math.fround(b * lo)) << 1100n);
        if (nearest(sum >> 1100n) !== table[b]) reproduced = false;
      }
      expect(flag).toBe(reproduced ? 1 : 0);
    });
  }

  it('has the flag for the usual scales', () => {
    for (const given of [{ divisor: 255 }, { scale: 1 / 255 }, {}, { divisor: 256 }]) {
      expect(dataset({ x: new Uint8Array(1), columns: 1, ...given }).bytes?.table[258]).toBe(1);
    }
  });
});
