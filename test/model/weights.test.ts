import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { layers, sequential } from '#src/index.js';
import { backends, classes, classifier, errorOf } from './models.ts';

const { x, y } = classes(20);

describe('weights', () => {
  it('follow from the seed alone', () => {
    expect(classifier({}, 5).digest()).toBe(classifier({}, 5).digest());
    expect(classifier({}, 5).digest()).not.toBe(classifier({}, 6).digest());
  });

  it('are fresh, unshared, row-major copies by name', () => {
    const model = classifier();
    const weights = model.getWeights();
    expect(Object.entries(weights).map(([name, { shape }]) => [name, shape])).toEqual([
      ['dense.kernel', [5, 7]],
      ['dense.bias', [7]],
      ['dense_1.kernel', [7, 3]],
      ['dense_1.bias', [3]],
    ]);
    for (const { data } of Object.values(weights)) expect(data.buffer).toBeInstanceOf(ArrayBuffer);
    weights['dense.kernel'].data.fill(9);
    expect(model.getWeights()['dense.kernel'].data[0]).not.toBe(9);
  });

  it('go in as they came out, in every form', () => {
    const [source, target] = [classifier({}, 1), classifier({}, 2)];
    const weights = source.getWeights();
    const { data, shape } = weights['dense.kernel'];
    const nested = Array.from({ length: 5 }, (_, i) => Array.from(data.subarray(7 * i, 7 * i + 7)));
    for (const kernel of [
      weights['dense.kernel'],
      data,
      nested,
      { data: Array.from(data), shape },
      Float64Array.from(data),
    ]) {
      target.setWeights(classifier({}, 2).getWeights());
      target.setWeights({ ...weights, 'dense.kernel': kernel });
      expect(target.digest()).toBe(source.digest());
    }
  });

  it('are what the layer computes with: y = tanh(x · kernel + bias)', () => {
    const model = sequential([layers.dense({ units: 3, activation: 'relu', inputShape: [2] })]);
    model.setWeights({
      'dense.kernel': [
        [1, 2, -3],
        [4, 5, 6],
      ],
      'dense.bias': [0.5, 0, -1],
    });
    expect([
      ...model.predictSync([
        [1, 2],
        [2, -1],
      ]).data,
    ]).toEqual([9.5, 12, 8, 0, 0, 0]);
    expect(model.predictSync(new Float32Array([1, 2])).shape).toEqual([1, 3]);
  });

  it('wide and narrow layers keep every element in its place', () => {
    for (const units of [1, 15, 16, 17, 31, 32, 33, 64, 70]) {
      const model = sequential([layers.dense({ units, inputShape: [3] })], { seed: units });
      const kernel = Float32Array.from({ length: 3 * units }, (_, i) => i);
      const bias = Float32Array.from({ length: units }, (_, i) => -i);
      model.setWeights({ 'dense.kernel': kernel, 'dense.bias': bias });
      expect(model.getWeights()['dense.kernel'].data).toEqual(kernel);
      expect(model.getWeights()['dense.bias'].data).toEqual(bias);
      // Row 1 of the identity picks row 1 of the kernel.
      expect([...model.predictSync([0, 1, 0]).data]).toEqual(
        [...kernel.subarray(units, 2 * units)].map((w, j) => w - j),
      );
    }
  });

  it('stay as they are unless all fit', async () => {
    const model = classifier();
    const before = model.digest();
    const good = classifier({}, 9).getWeights();
    const { 'dense.bias': _, ...missing } = good;
    const wrong: [unknown, string][] = [
      [undefined, 'ERR_PLUMMET_TYPE'],
      [null, 'ERR_PLUMMET_TYPE'],
      [[], 'ERR_PLUMMET_TYPE'],
      [missing, 'ERR_PLUMMET_OPTION'],
      [{ ...good, 'dense.bais': [1] }, 'ERR_PLUMMET_OPTION'],
      [{ ...good, [Symbol('s')]: [1] }, 'ERR_PLUMMET_OPTION'],
      [{ ...good, 'dense_1.bias': [1, 2] }, 'ERR_PLUMMET_SHAPE'],
      [{ ...good, 'dense_1.bias': ['1', 2, 3] }, 'ERR_PLUMMET_TYPE'],
      [{ ...good, 'dense_1.bias': null }, 'ERR_PLUMMET_TYPE'],
      [{ ...good, 'dense_1.kernel': { data: new Float32Array(21), shape: [3, 7] } }, 'ERR_PLUMMET_SHAPE'],
      [
        {
          ...good,
          get 'dense_1.bias'(): number[] {
            throw new Error('getter');
          },
        },
        'ERR_PLUMMET_OPTION',
      ],
    ];
    for (const [weights, code] of wrong) {
      const error = await errorOf(() => model.setWeights(weights as never));
      expect([error.code, error.message]).toEqual([code, expect.stringContaining('setWeights')]);
      expect(model.digest()).toBe(before);
    }
    expect((await errorOf(() => model.setWeights({ ...good, 'dense.bais': [1] }))).message).toContain('dense.bias');
  });
});

describe('digest', () => {
  it('is SHA-256 of names, types, shapes and values', () => {
    const model = classifier();
    const [entries, hash] = [model.getWeights(), createHash('sha256')];
    const state = Object.fromEntries(
      Object.entries(entries).flatMap(([name, { data, shape }]) => [
        [name, { data, shape }],
        [`${name}.expAvg`, { data: new Float32Array(data.length), shape }],
        [`${name}.expAvgSq`, { data: new Float32Array(data.length), shape }],
        [`${name}.step`, null],
      ]),
    );
    for (const name of Object.keys(state).sort()) {
      hash.update(`${name}\0`);
      const entry = state[name];
      if (entry) {
        hash.update(Uint8Array.of(0));
        hash.update(new Uint8Array(Uint32Array.of(entry.shape.length, ...entry.shape).buffer));
        hash.update(new Uint8Array(entry.data.buffer));
      } else {
        hash.update(Uint8Array.of(4));
        hash.update(new Uint8Array(12));
      }
    }
    expect(model.digest()).toBe(hash.digest('hex'));
  });

  it('sees weights, state and steps', async () => {
    const model = classifier();
    const digests = [model.digest()];
    model.trainOnBatch(x, y);
    digests.push(model.digest());
    const weights = model.getWeights();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    digests.push(model.digest());
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    digests.push(model.digest());
    weights['dense.bias'].data[0] += 1;
    model.setWeights(weights);
    digests.push(model.digest());
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe.each(backends)('prediction (%s)', (name) => {
  it('is the same on and off the calling thread, for any size of batch', async () => {
    const model = classifier({ backend: name });
    const whole = await model.predict(x);
    expect(whole.data.buffer).toBeInstanceOf(ArrayBuffer);
    for (const batchSize of [1, 3, 20, 1000]) expect(await model.predict(x, { batchSize })).toEqual(whole);
    expect(model.predictSync(x)).toEqual(whole);
    for (let i = 0; i < 20; i++) {
      expect(model.predictSync(x.subarray(5 * i, 5 * i + 5)).data).toEqual(whole.data.slice(3 * i, 3 * i + 3));
    }
  });

  it('and evaluation do not depend on the size of the batch', async () => {
    const model = classifier({ backend: name });
    const whole = await model.evaluate(x, y);
    for (const batchSize of [1, 3, 7, 1000]) expect(await model.evaluate(x, y, { batchSize })).toEqual(whole);
  });
});
