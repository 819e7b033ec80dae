import { describe, expect, it } from 'vitest';
import type { Model } from '#src/index.js';
import { layers } from '#src/index.js';
import { backends, classes, classifier, errorOf, patiently } from './models.ts';

const { x, y } = classes(20);
const endless = { epochs: 1_000_000_000 };

/** What changes weights or state, and what reads them. */
const writers: Record<string, (model: Model) => unknown> = {
  fit: (model) => model.fit(x, y),
  trainOnBatch: (model) => model.trainOnBatch(x, y),
  setWeights: (model) => model.setWeights({}),
  compile: (model) => model.compile({ optimizer: 'sgd', loss: 'mse' }),
  applyGradients: (model) => model.applyGradients({}),
  add: (model) => model.add(layers.dense({ units: 1 })),
};
const readers: Record<string, (model: Model) => unknown> = {
  evaluate: (model) => model.evaluate(x, y),
  predict: (model) => model.predict(x),
  predictSync: (model) => model.predictSync(x),
  getWeights: (model) => model.getWeights(),
  digest: (model) => model.digest(),
  gradients: (model) => model.gradients(x, y),
  backward: (model) => model.backward(x, new Float32Array(60)),
  checkGradients: (model) => model.checkGradients(x, y),
};

describe.each(backends)('a model that is being trained (%s)', (name) => {
  it('refuses everything but what touches no memory, then goes on', async () => {
    const model = classifier({ backend: name });
    const fitting = model.fit(x, y, endless);
    for (const [method, act] of [...Object.entries(writers), ...Object.entries(readers)]) {
      const error = await errorOf(() => act(model));
      expect([method, error.code]).toEqual([method, 'ERR_PLUMMET_BUSY']);
      expect(error.message).toContain(method);
    }
    expect(model.summary()).toContain('dense_1');
    expect(String(model.plan())).toContain('sparseSoftmaxCrossentropy');
    expect(model.layers).toHaveLength(2);
    model.stopTraining = true;
    await fitting;
    model.trainOnBatch(x, y);
  });

  it('refuses what writes in its callbacks, and allows what reads', async () => {
    const model = classifier({ backend: name });
    const plain = classifier({ backend: name });
    await plain.fit(x, y);
    await model.fit(x, y, {
      callbacks: {
        async onEpochEnd() {
          for (const act of Object.values(writers))
            expect((await errorOf(() => act(model))).code).toBe('ERR_PLUMMET_BUSY');
          for (const act of Object.values(readers)) await act(model);
        },
      },
    });
    expect(model.digest()).toBe(plain.digest());
  });

  it('is busy from the very call of fit', async () => {
    const model = classifier({ backend: name });
    const results = await Promise.allSettled([model.fit(x, y), model.fit(x, y), model.evaluate(x, y)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('and one that evaluates or predicts refuses writers; readers take turns', async () => {
    const model = classifier({ backend: name });
    const alone = [await model.predict(x), await model.evaluate(x, y)];
    const both = [model.predict(x), model.evaluate(x, y), model.predict(x.slice(0, 5))] as const;
    for (const act of Object.values(writers)) expect((await errorOf(() => act(model))).code).toBe('ERR_PLUMMET_BUSY');
    expect(model.predictSync(x)).toEqual(alone[0]);
    expect([await both[0], await both[1]]).toEqual(alone);
    expect((await both[2]).shape).toEqual([1, 3]);
    model.trainOnBatch(x, y);
  });
});

describe.each(backends)('abort (%s)', (name) => {
  it('rejects with the reason, after the step at hand, and the model can be used', async () => {
    for (const options of [{}, { callbacks: { onEpochEnd() {} } }, { callbacks: { onBatchEnd() {} } }]) {
      const model = classifier({ backend: name });
      const before = model.digest();
      await patiently(async (milliseconds) => {
        const controller = new AbortController();
        const reason = { why: 'enough' };
        const fitting = model.fit(x, y, { ...endless, ...options, batchSize: 4, signal: controller.signal });
        setTimeout(() => controller.abort(reason), milliseconds);
        await expect(fitting).rejects.toBe(reason);
        return model.optimizer.iterations > 1;
      });
      expect(model.digest()).not.toBe(before);
      await model.fit(x, y, { signal: new AbortController().signal });
    }
  });

  it('stops at a whole step', async () => {
    await patiently(async (milliseconds) => {
      const model = classifier({ backend: name });
      const controller = new AbortController();
      const fitting = model.fit(x, y, { ...endless, shuffle: false, batchSize: 8, signal: controller.signal });
      setTimeout(() => controller.abort(), milliseconds);
      expect((await errorOf(() => fitting)).name).toBe('AbortError');
      const steps = model.optimizer.iterations;
      const again = classifier({ backend: name });
      await again.fit(x, y, { epochs: Math.floor(steps / 3), shuffle: false, batchSize: 8 });
      for (let i = 0; i < steps % 3; i++) {
        again.trainOnBatch(x.subarray(40 * i, 40 * (i + 1)), y.subarray(8 * i, 8 * (i + 1)));
      }
      expect(model.digest()).toBe(again.digest());
      return steps > 0;
    });
  });

  it('before it begins, in a callback, in a validation', async () => {
    const model = classifier({ backend: name });
    const before = model.digest();
    const done = AbortSignal.abort('at once');
    await expect(model.fit(x, y, { signal: done })).rejects.toBe('at once');
    expect(model.digest()).toBe(before);
    for (const hook of ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onTestBegin', 'onEpochEnd']) {
      const controller = new AbortController();
      const abort = { [hook]: () => controller.abort(hook) };
      await expect(
        model.fit(x, y, { epochs: 2, validationSplit: 0.5, signal: controller.signal, callbacks: abort }),
      ).rejects.toBe(hook);
    }
    await model.fit(x, y);
  });

  it('leaves no listener behind', async () => {
    const model = classifier({ backend: name });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    }) as typeof add;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    }) as typeof remove;
    await model.fit(x, y, { signal, epochs: 3, validationSplit: 0.2, callbacks: { onTestEnd() {} } });
    expect(listeners).toBe(0);
  });
});
