import { describe, expect, it } from 'vitest';
import { data, layers, optimizers, sequential } from '#src/index.js';
import { backends, classes, classifier, xor, xorModel } from './models.ts';

const { x, y } = classes(50);

describe.each(backends)('fit (%s)', (name) => {
  it('learns exclusive or', async () => {
    const model = xorModel({ backend: name });
    model.compile({ optimizer: 'yogi', loss: 'binaryCrossentropy', metrics: ['accuracy'], backend: name });
    const { history } = await model.fit(xor.x, xor.y, { batchSize: 4, epochs: 1500 });
    expect(history.loss).toHaveLength(1500);
    expect(history.loss[1499]).toBeLessThan(0.2);
    expect(history.accuracy[1499]).toBe(1);
    const { data: out } = await model.predict(xor.x);
    expect([...out].map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  it('gives one entry an epoch, numbered from initialEpoch', async () => {
    const model = classifier({ backend: name });
    const { epoch, history } = await model.fit(x, y, { initialEpoch: 2, epochs: 5, validationSplit: 0.2 });
    expect(epoch).toEqual([2, 3, 4]);
    expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'val_loss', 'val_accuracy']);
    for (const values of Object.values(history)) {
      expect(values).toHaveLength(3);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('does nothing where there is no epoch to do', async () => {
    const model = classifier({ backend: name });
    const before = model.digest();
    expect(await model.fit(x, y, { epochs: 0 })).toEqual({ epoch: [], history: { loss: [], accuracy: [] } });
    expect(await model.fit(x, y, { initialEpoch: 3, epochs: 2 })).toEqual({
      epoch: [],
      history: { loss: [], accuracy: [] },
    });
    expect(model.digest()).toBe(before);
  });

  it('counts each row once, also those of the last, partial batch', async () => {
    const model = classifier({ backend: name, optimizer: 'sgd' });
    model.optimizer.learningRate = 0;
    const { history } = await model.fit(x, y, { batchSize: 16, epochs: 1 });
    const { loss, accuracy } = await model.evaluate(x, y, { batchSize: 50 });
    expect(history.loss[0]).toBeCloseTo(loss, 12); // another order of the same float64 sum
    expect(history.accuracy[0]).toBe(accuracy);
    expect(model.optimizer.iterations).toBe(4);
  });

  it('takes the last rows for validation, before shuffling', async () => {
    const [cut, given] = [classifier({ backend: name }), classifier({ backend: name })];
    const a = await cut.fit(x, y, { epochs: 3, batchSize: 8, validationSplit: 0.3 });
    const b = await given.fit(x.slice(0, 35 * 5), y.slice(0, 35), {
      epochs: 3,
      batchSize: 8,
      validationData: [x.slice(35 * 5), y.slice(35)],
    });
    expect(a).toEqual(b);
    expect(cut.digest()).toBe(given.digest());
  });

  it('validation is what evaluate gives', async () => {
    const model = classifier({ backend: name });
    const { history } = await model.fit(x, y, { epochs: 2, validationData: data.dataset({ x, y, columns: 5 }) });
    const { loss, accuracy } = await model.evaluate(x, y);
    expect([history.val_loss[1], history.val_accuracy[1]]).toEqual([loss, accuracy]);
  });

  it('validates every so many epochs', async () => {
    const [often, seldom] = [classifier({ backend: name }), classifier({ backend: name })];
    const a = await often.fit(x, y, { epochs: 5, validationSplit: 0.2 });
    const b = await seldom.fit(x, y, { epochs: 5, validationSplit: 0.2, validationFreq: 2 });
    expect(b.history.val_loss).toEqual([a.history.val_loss[1], a.history.val_loss[3]]);
    expect(b.history.loss).toEqual(a.history.loss);
    expect(seldom.digest()).toBe(often.digest());
  });

  it('two models train at once', async () => {
    const alone = classifier({ backend: name });
    await alone.fit(x, y, { epochs: 30 });
    const [a, b] = [classifier({ backend: name }), classifier({ backend: name })];
    const histories = await Promise.all([a.fit(x, y, { epochs: 30 }), b.fit(x, y, { epochs: 30 })]);
    expect(histories[0]).toEqual(histories[1]);
    expect([a.digest(), b.digest()]).toEqual([alone.digest(), alone.digest()]);
  });

  it('a dataset in every place of x and y; integers of a dataset serve a loss that takes floats', async () => {
    const bytes = data.dataset({
      x: Uint8Array.from({ length: 250 }, (_, i) => (i * 91) % 256),
      y: y.map((c) => c % 2),
      divisor: 255,
    });
    const make = () => {
      const model = sequential([layers.dense({ units: 1, activation: 'sigmoid', inputShape: [5] })], { seed: 1 });
      model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'], backend: name });
      return model;
    };
    const floats = Float32Array.from(bytes.x, (byte) => byte / 255);
    const [set, arrays] = [make(), make()];
    const fitted = await set.fit(bytes, { epochs: 3, validationData: bytes });
    expect(fitted).toEqual(
      await arrays.fit(floats, bytes.y as Int32Array, { epochs: 3, validationData: [floats, bytes.y as Int32Array] }),
    );
    expect(set.digest()).toBe(arrays.digest());
    expect(await set.evaluate(bytes, { batchSize: 7 })).toEqual(await arrays.evaluate(floats, bytes.y as Int32Array));
    expect(await set.predict(bytes)).toEqual(arrays.predictSync(floats));
  });

  it('one-hot rows, a regression, labels that come as floats', async () => {
    const oneHot = Float32Array.from({ length: 150 }, (_, i) => (y[Math.floor(i / 3)] === i % 3 ? 1 : 0));
    const sparse = classifier({ backend: name });
    await sparse.fit(x, Float64Array.from(y), { epochs: 2 });
    const labels = classifier({ backend: name });
    await labels.fit(x, y, { epochs: 2 });
    expect(sparse.digest()).toBe(labels.digest());
    const dense = classifier({ backend: name, loss: 'categoricalCrossentropy' });
    const { history } = await dense.fit(x, { data: oneHot, shape: [50, 3] }, { epochs: 20 });
    expect(history.loss[19]).toBeLessThan(history.loss[0]);

    const line = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    line.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae', 'mse'], backend: name });
    line.optimizer.learningRate = 0.1;
    const inputs = Array.from({ length: 40 }, (_, i) => i / 20 - 1);
    const fitted = await line.fit(
      inputs,
      inputs.map((v) => 2 * v + 1),
      { epochs: 100, batchSize: 10 },
    );
    expect(fitted.history.mse).toEqual(fitted.history.loss);
    const weights = line.getWeights();
    expect(weights['dense.kernel'].data[0]).toBeCloseTo(2, 2);
    expect(weights['dense.bias'].data[0]).toBeCloseTo(1, 2);
  });
});

it('spans more steps than a table of scalars holds, and more epochs than one call', async () => {
  const rows = classes(4);
  const options = { backend: backends[0], optimizer: optimizers.adam({ beta2: 0.9999 }) };
  const [one, many] = [classifier(options), classifier(options)];
  const { epoch } = await one.fit(rows.x, rows.y, { batchSize: 1, epochs: 16500 });
  for (let first = 0; first < 16500; first += 5500) {
    await many.fit(rows.x, rows.y, { batchSize: 1, initialEpoch: first, epochs: first + 5500 });
  }
  expect(one.optimizer.iterations).toBe(66_000);
  expect(epoch).toHaveLength(16500);
  expect(one.digest()).toBe(many.digest());
});
