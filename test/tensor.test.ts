import { describe, expect, it } from 'vitest';
import { tensor, toRows, toTensor } from '#src/tensor.js';

const thrown = (act: () => unknown): Error & { code: string } => {
  try {
    act();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('nothing was thrown');
};
const detached = () => {
  const array = new Float32Array(4);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};

describe('tensor', () => {
  it('pairs data with a shape, without a copy', () => {
    const data = new Uint8Array(6);
    const t = tensor(data, [2, 3]);
    expect(t.data).toBe(data);
    expect(t.shape).toEqual([2, 3]);
    expect(tensor([1, 2], [2]).data).toEqual(new Float32Array([1, 2]));
    expect(tensor(new Float32Array(0), [0, 5]).shape).toEqual([0, 5]);
    const shape = [2, 3];
    const kept = tensor(data, shape);
    shape[0] = 7;
    expect(kept.shape).toEqual([2, 3]);
  });

  it('says what does not fit', () => {
    const error = thrown(() => tensor(new Float32Array(5), [2, 3]));
    expect(error.message).toBe('tensor: data has 5 numbers, the shape [2, 3] holds 6');
    expect(error.code).toBe('ERR_PLUMMET_SHAPE');
    for (const shape of [[-1, 5], [2.5, 2], ['5'], 5, null, undefined, [Number.NaN], [2 ** 53], {}]) {
      expect(thrown(() => tensor(new Float32Array(5), shape as number[])).code).toBe('ERR_PLUMMET_SHAPE');
    }
    for (const data of [
      null,
      'abc',
      5,
      new BigInt64Array(5),
      new DataView(new ArrayBuffer(5)),
      {},
      ['a'],
      Symbol('s'),
    ]) {
      expect(thrown(() => tensor(data as number[], [5])).code).toBe('ERR_PLUMMET_TYPE');
    }
    expect(thrown(() => tensor(detached(), [4])).code).toBe('ERR_PLUMMET_DETACHED');
    expect(thrown(() => tensor([1e300], [1])).message).toContain('too large for float32');
  });
});

describe('toTensor', () => {
  it('takes nested arrays of any depth, also with typed rows', () => {
    expect(
      toTensor('fit', 'x', [
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toEqual({ data: new Float64Array([1, 2, 3, 4, 5, 6]), shape: [3, 2] });
    expect(toTensor('fit', 'x', [new Float32Array([1, 2]), [3, 4]]).shape).toEqual([2, 2]);
    expect(
      toTensor('fit', 'x', [
        [[1], [2]],
        [[3], [4]],
      ]).shape,
    ).toEqual([2, 2, 1]);
    expect(toTensor('fit', 'x', []).shape).toEqual([0]);
    expect(toTensor('fit', 'x', { data: [1, 2], shape: [1, 2] })).toEqual({
      data: new Float32Array([1, 2]),
      shape: [1, 2],
    });
    const many = Array.from({ length: 1000 }, (_, i) => [i, -i]);
    expect(toTensor('fit', 'x', many).data[1998]).toBe(999);
  });

  it('says where nested arrays are wrong', () => {
    const message = (x: unknown) => thrown(() => toTensor('fit', 'x', x)).message;
    expect(message([[1, 2], [3, 4], [5]])).toBe('fit: x[2] has 1 elements, x[0] has 2; all must have as many');
    expect(message([[1, 2], 3])).toBe('fit: x[1] is a number where others are arrays of 2');
    expect(message([1, [2]])).toBe('fit: x[1] is an array where others are numbers');
    expect(
      message([
        [1, 2],
        [3, 'a'],
      ]),
    ).toBe('fit: x[1][1] must be a number, got "a"');
    expect(
      message([
        [1, 2],
        [3, undefined],
      ]),
    ).toContain('x[1][1] must be a number, got undefined');
    expect(message([[[1]], new Float32Array(1)])).toContain('x[1] holds numbers where others hold arrays');
    expect(
      message([
        [1, 2],
        [3, [4]],
      ]),
    ).toContain('x[1][1] is an array where others are numbers');
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(message(cyclic)).toContain('nested more than 16 deep');
    expect(message([detached(), detached()])).toContain('x[0] was transferred');
  });

  it('survives hostile values', () => {
    const fail = () => {
      throw new Error('mine');
    };
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    for (const x of [
      null,
      undefined,
      1,
      'x',
      Symbol('s'),
      fail,
      {},
      { data: fail, shape: [1] },
      {
        get data() {
          return fail();
        },
      },
      new Proxy([], { get: fail }),
      revoked.proxy,
      new Proxy({}, { get: fail }),
      new BigUint64Array(2),
      { data: new Float32Array(2) },
    ]) {
      expect(thrown(() => toTensor('fit', 'x', x)).code).toMatch(/^ERR_PLUMMET_/);
    }
  });
});

describe('toRows', () => {
  it('cuts flat arrays into rows and checks shaped ones', () => {
    expect(toRows('fit', 'x', new Float32Array(12), 4)).toMatchObject({ rows: 3, columns: 4, rank: 1 });
    expect(toRows('fit', 'x', tensor(new Uint8Array(24), [2, 3, 4]), 12)).toMatchObject({
      rows: 2,
      columns: 12,
      rank: 3,
    });
    expect(toRows('fit', 'y', [1, 2, 3])).toMatchObject({ rows: 3, columns: 1, rank: 1 });
    expect(
      toRows('fit', 'y', [
        [1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ rows: 2, columns: 2, rank: 2 });
    expect(thrown(() => toRows('fit', 'x', new Float32Array(1000), 784)).message).toBe(
      'fit: x has 1000 numbers, not a multiple of the row length 784',
    );
    expect(thrown(() => toRows('fit', 'x', tensor(new Float32Array(24), [2, 3, 4]), 784)).message).toBe(
      'fit: the rows of x have 3 × 4 = 12 numbers, expected 784',
    );
    expect(thrown(() => toRows('fit', 'x', [[1, 2]], 3)).message).toBe('fit: the rows of x have 2 numbers, expected 3');
  });
});
