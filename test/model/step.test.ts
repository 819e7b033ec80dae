/** Calls on the caller's thread: what they copy, and what they hand out. */
import { describe, expect, it } from 'vitest';
import { layers, type Model, sequential } from '#src/index.js';

const inputs = 24;
const model = (loss: 'mse' | 'sparseCategoricalCrossentropy'): Model => {
  const made = sequential(
    [
      layers.dense({ units: 8, inputShape: [inputs], activation: 'tanh' }),
      layers.dense({ units: 3, activation: loss === 'mse' ? 'linear' : 'softmax' }),
    ],
    { seed: 7 },
  );
  made.compile({ optimizer: 'adam', loss });
  return made;
};
const floats = (length: number, from: number): Float32Array =>
  new Float32Array(length).map((_, i) => (((i + from) * 37) % 101) / 50 - 1);
const shared = <T extends Float32Array | Int32Array>(array: T): T => {
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Type(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
};
const resizable = (array: Float32Array): Float32Array => {
  const copy = new Float32Array(new ArrayBuffer(array.byteLength, { maxByteLength: 2 * array.byteLength }));
  copy.set(array);
  return copy;
};

describe('trainOnBatch', () => {
  const sizes = [4, 4, 3, 200, 200, 5, 1, 200, 256, 64];

  it.each(['mse', 'sparseCategoricalCrossentropy'] as const)('%s: the same bits wherever the batch lies', (loss) => {
    const ends = [
      <T>(array: T) => array,
      shared,
      (array: unknown) => (array instanceof Float32Array ? resizable(array) : array),
    ].map((lay) => {
      const made = model(loss);
      const logs = sizes.map((rows, i) => {
        const y = loss === 'mse' ? floats(rows * 3, i) : new Int32Array(rows).map((_, row) => (row + i) % 3);
        return made.trainOnBatch(lay(floats(rows * inputs, i)) as Float32Array, lay(y as Float32Array) as Float32Array)
          .loss;
      });
      return { digest: made.digest(), logs };
    });
    expect(new Set(ends[0].logs).size).toBe(sizes.length);
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  it('leaves the batch as it is, and reads it anew each time', () => {
    const made = model('mse');
    const [x, y] = [shared(floats(200 * inputs, 1)), floats(600, 2)];
    const before = x.slice();
    const { loss } = made.trainOnBatch(x, y);
    expect(x).toEqual(before);
    y.fill(100);
    expect(made.trainOnBatch(x, y).loss).toBeGreaterThan(100 * loss);
  });
});

describe('predictSync', () => {
  it('hands out memory of the caller’s own', () => {
    const made = model('mse');
    const [a, b] = [floats(2 * inputs, 1), floats(2 * inputs, 50)];
    const first = made.predictSync(a);
    const copy = first.data.slice();
    const second = made.predictSync(b);
    expect(first.data).toEqual(copy);
    expect(second.data).not.toEqual(copy);
    expect(first.data.buffer).toBeInstanceOf(ArrayBuffer);
    expect(first.data.byteLength).toBe(first.data.buffer.byteLength);
    first.data.fill(0);
    expect(made.predictSync(a).data).toEqual(copy);
  });

  it('gives each row what it gives it alone, in batches of any size', async () => {
    const made = model('mse');
    const x = floats(300 * inputs, 3);
    const all = await made.predict(x);
    for (const rows of [300, 1, 7, 128, 1, 300]) {
      expect(made.predictSync(x.subarray(0, rows * inputs)).data).toEqual(all.data.subarray(0, rows * 3));
    }
  });

  it('comes between the calls of other kinds without a trace', () => {
    const [plain, mixed] = [model('mse'), model('mse')];
    const [x, y] = [floats(4 * inputs, 1), floats(12, 2)];
    for (let i = 0; i < 3; i++) {
      plain.applyGradients(plain.gradients(x, y).gradients);
      mixed.predictSync(floats(300 * inputs, i));
      mixed.backward(x, y);
      mixed.trainOnBatch(x, y);
    }
    expect(mixed.digest()).toBe(plain.digest());
  });
});
