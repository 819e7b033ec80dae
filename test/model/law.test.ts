import { describe, expect, it } from 'vitest';
import { data, type FitOptions, type History, type Model } from '#src/index.js';
import { optimizerNames } from '#src/optimizers/index.js';
import { backends, classes, classifier } from './models.ts';

const { x, y } = classes(50);
const base: FitOptions = { batchSize: 8, epochs: 4, validationData: [x.slice(0, 55), y.slice(0, 11)] };

const shared = (source: Float32Array): Float32Array => {
  const copy = new Float32Array(new SharedArrayBuffer(source.byteLength));
  copy.set(source);
  return copy;
};
const sharedLabels = (source: Int32Array): Int32Array => {
  const copy = new Int32Array(new SharedArrayBuffer(source.byteLength));
  copy.set(source);
  return copy;
};

/** Ways to do the same training. */
const ways: Record<string, (model: Model) => Promise<History>> = {
  'one fit': (model) => model.fit(x, y, base),
  'an epoch a fit': async (model) => {
    const parts: History[] = [];
    for (let epoch = 0; epoch < 4; epoch++)
      parts.push(await model.fit(x, y, { ...base, initialEpoch: epoch, epochs: epoch + 1 }));
    return {
      epoch: parts.flatMap((part) => part.epoch),
      history: Object.fromEntries(
        Object.keys(parts[0].history).map((key) => [key, parts.flatMap((part) => part.history[key])]),
      ),
    };
  },
  'stopped after an epoch, and gone on with': async (model) => {
    const stop = {
      onEpochEnd: (epoch: number) => {
        model.stopTraining = epoch === 1;
      },
    };
    const first = await model.fit(x, y, { ...base, callbacks: stop });
    const second = await model.fit(x, y, { ...base, initialEpoch: 2 });
    return {
      epoch: [...first.epoch, ...second.epoch],
      history: Object.fromEntries(
        Object.keys(first.history).map((key) => [key, [...first.history[key], ...second.history[key]]]),
      ),
    };
  },
  'an epoch callback': (model) => model.fit(x, y, { ...base, callbacks: { onEpochEnd() {} } }),
  'a batch callback': (model) => model.fit(x, y, { ...base, callbacks: { onBatchEnd() {} } }),
  'a slow batch callback': (model) =>
    model.fit(x, y, { ...base, callbacks: { onBatchBegin: () => new Promise((resolve) => setTimeout(resolve, 1)) } }),
  'test hooks': (model) => model.fit(x, y, { ...base, callbacks: { onTestBatchEnd() {} } }),
  'evaluations and predictions in callbacks': (model) =>
    model.fit(x, y, {
      ...base,
      callbacks: {
        async onBatchEnd() {
          await model.evaluate(x, y, { batchSize: 13 });
          await model.predict(x, { batchSize: 3 });
          model.gradients(x, y);
        },
      },
    }),
  'shared arrays': (model) => model.fit(shared(x), sharedLabels(y), base),
  'a dataset': (model) => model.fit(data.dataset({ x, y, columns: 5 }), base),
  'nested arrays': (model) =>
    model.fit(
      Array.from(y, (_, i) => Array.from(x.subarray(5 * i, 5 * i + 5))),
      Array.from(y),
      base,
    ),
  'another size of validation batch': (model) => model.fit(x, y, { ...base, validationBatchSize: 3 }),
  'a line an epoch': async (model) => {
    const { write } = process.stdout;
    process.stdout.write = () => true;
    try {
      return await model.fit(x, y, { ...base, verbose: 2 });
    } finally {
      process.stdout.write = write;
    }
  },
};

describe.each(backends)('the law of training (%s)', (name) => {
  const expected = (async () => {
    const model = classifier({ backend: name });
    const history = await model.fit(x, y, base);
    return { digest: model.digest(), history };
  })();

  it.each(Object.keys(ways))('%s: the same digest and history', async (way) => {
    const model = classifier({ backend: name });
    const before = model.digest();
    const history = await ways[way](model);
    expect(history).toEqual((await expected).history);
    expect(model.digest()).toBe((await expected).digest);
    expect(model.digest()).not.toBe(before);
  });

  it('another seed, another order or another size of batch: another digest', async () => {
    for (const other of [{ seed: 12 }, { shuffle: false }, { batchSize: 9 }]) {
      const model = classifier({ backend: name });
      await model.fit(x, y, { ...base, ...other });
      expect(model.digest()).not.toBe((await expected).digest);
    }
  });

  it('trainOnBatch does the steps of a fit that does not shuffle', async () => {
    const [fitted, stepped] = [classifier({ backend: name }), classifier({ backend: name })];
    await fitted.fit(x, y, { batchSize: 8, shuffle: false, epochs: 2 });
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let i = 0; i < 50; i += 8) stepped.trainOnBatch(x.subarray(5 * i, 5 * (i + 8)), y.subarray(i, i + 8));
    }
    expect(stepped.digest()).toBe(fitted.digest());
    expect(stepped.optimizer.iterations).toBe(14);
  });

  it('gradients and applyGradients do the step of trainOnBatch', async () => {
    const [whole, parts] = [classifier({ backend: name }), classifier({ backend: name })];
    for (let i = 0; i < 3; i++) {
      whole.trainOnBatch(x, y);
      parts.applyGradients(parts.gradients(x, y).gradients);
    }
    expect(parts.digest()).toBe(whole.digest());
  });
});

describe.runIf(backends.length > 1)('native and reference', () => {
  it.each(optimizerNames)('agree to the bit (%s)', async (optimizer) => {
    const results = await Promise.all(
      backends.map(async (name) => {
        const model = classifier({ backend: name, optimizer });
        const { history } = await model.fit(x, y, base);
        const { data: probabilities } = await model.predict(x);
        return { digest: model.digest(), history, probabilities: [...probabilities] };
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });

  it('bytes train as the floats they stand for', async () => {
    const bytes = Uint8Array.from({ length: 250 }, (_, i) => (i * 37) % 256);
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const digests = new Set<string>();
    for (const name of backends) {
      for (const source of [data.dataset({ x: bytes, y, divisor: 255 }), data.dataset({ x: floats, y, columns: 5 })]) {
        const model = classifier({ backend: name });
        await model.fit(source, { batchSize: 8, epochs: 2, validationSplit: 0.2 });
        digests.add(model.digest());
      }
    }
    expect(digests.size).toBe(1);
  });
});
