import { describe, expect, it } from 'vitest';
import type { Callback, Model } from '#src/index.js';
import { backends, classes, classifier, errorOf, patiently, recorder } from './models.ts';

const { x, y } = classes(20);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(backends)('callbacks (%s)', (name) => {
  it('are called in the order of Keras', async () => {
    const model = classifier({ backend: name });
    const { callback, calls } = recorder([
      'onTrainBegin',
      'onTrainEnd',
      'onEpochBegin',
      'onEpochEnd',
      'onBatchBegin',
      'onBatchEnd',
      'onTestBegin',
      'onTestEnd',
      'onTestBatchBegin',
      'onTestBatchEnd',
    ]);
    await model.fit(x, y, { batchSize: 8, epochs: 4, initialEpoch: 3, validationSplit: 0.4, callbacks: [callback] });
    expect(calls).toEqual([
      'onTrainBegin',
      'onEpochBegin 3',
      'onBatchBegin 0',
      'onBatchEnd 0',
      'onBatchBegin 1',
      'onBatchEnd 1',
      'onTestBegin',
      'onTestBatchBegin 0',
      'onTestBatchEnd 0',
      'onTestEnd',
      'onEpochEnd 3',
      'onTrainEnd',
    ]);
  });

  it('get means over the epoch so far, and those of the validation', async () => {
    const model = classifier({ backend: name });
    const batch = recorder(['onBatchEnd']);
    const epoch = recorder(['onEpochEnd', 'onTrainEnd']);
    const { history } = await model.fit(x, y, {
      batchSize: 8,
      epochs: 2,
      validationSplit: 0.25,
      callbacks: [batch.callback, epoch.callback],
    });
    expect(batch.logs).toHaveLength(4);
    expect([batch.logs[1].loss, batch.logs[3].loss]).toEqual(history.loss);
    expect(batch.logs[0].loss).not.toBe(batch.logs[1].loss);
    for (const i of [0, 1]) {
      expect(epoch.logs[i]).toEqual(
        Object.fromEntries(Object.entries(history).map(([key, values]) => [key, values[i]])),
      );
    }
    expect(epoch.logs[2]).toEqual(epoch.logs[1]);
  });

  it('share their logs: what one adds the next one sees, and the history keeps, as in Keras', async () => {
    const model = classifier({ backend: name });
    const seen: unknown[] = [];
    const { history } = await model.fit(x, y, {
      epochs: 2,
      callbacks: [
        {
          onEpochEnd(epoch, logs) {
            logs.added = epoch + 10;
            logs.toString = epoch as never; // a name that every object has
          },
        },
        { onEpochEnd: (_, logs) => void seen.push(logs.added) },
      ],
    });
    expect(seen).toEqual([10, 11]);
    expect(Object.keys(history)).toEqual(['loss', 'accuracy', 'added', 'toString']);
    expect(history.toString).toEqual([0, 1]);
    expect(history.added).toEqual([10, 11]);
  });

  it('are awaited, and called with themselves as this', async () => {
    const model = classifier({ backend: name });
    const seen: number[] = [];
    class Slow {
      model: Model | undefined;
      busy = false;
      setModel(given: Model) {
        this.model = given;
      }
      async onEpochEnd(epoch: number) {
        expect(this.busy).toBe(false);
        expect(this.model).toBe(model);
        this.busy = true;
        await pause(15);
        this.busy = false;
        seen.push(epoch);
      }
      onEpochBegin() {
        expect(this.busy).toBe(false);
      }
    }
    await model.fit(x, y, { epochs: 3, callbacks: [new Slow()] });
    expect(seen).toEqual([0, 1, 2]);
  });

  it('may read: weights, digest, predictions, evaluations', async () => {
    const model = classifier({ backend: name });
    const evaluations: number[] = [];
    const { history } = await model.fit(x, y, {
      epochs: 2,
      validationData: [x, y],
      callbacks: {
        async onEpochEnd() {
          const [{ loss }, { shape }] = await Promise.all([model.evaluate(x, y), model.predict(x)]);
          evaluations.push(loss);
          expect(shape).toEqual([20, 3]);
          expect(model.digest()).toMatch(/^[0-9a-f]{64}$/);
          expect(model.getWeights()['dense.bias'].data).toHaveLength(7);
          expect(model.predictSync(x).data).toHaveLength(60);
        },
      },
    });
    expect(evaluations).toEqual(history.val_loss);
  });

  it('need not await what they begin: training waits for it', async () => {
    const results = [];
    for (const awaited of [true, false]) {
      const model = classifier({ backend: name });
      const begun: Promise<unknown>[] = [];
      const callback = {
        onBatchEnd() {
          const reads = [model.evaluate(x, y), model.predict(x), model.evaluate(x, y)];
          begun.push(...reads);
          return awaited ? Promise.all(reads) : undefined;
        },
      };
      await model.fit(x, y, { epochs: 20, batchSize: 8, callbacks: callback });
      results.push({ digest: model.digest(), read: await Promise.all(begun) });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0].read).toHaveLength(180);
  });

  it('may set the learning rate, which holds from the next step', async () => {
    const model = classifier({ backend: name, optimizer: 'sgd' });
    const initial = model.optimizer.learningRate;
    await model.fit(x, y, {
      batchSize: 10,
      epochs: 2,
      shuffle: false,
      callbacks: {
        onBatchEnd: (batch) => {
          model.optimizer.learningRate = batch === 0 ? 0.5 : 0.01;
        },
      },
    });
    const hand = classifier({ backend: name, optimizer: 'sgd' });
    [initial, 0.5, 0.01, 0.5].forEach((rate, i) => {
      hand.optimizer.learningRate = rate;
      const from = (i % 2) * 10;
      hand.trainOnBatch(x.subarray(5 * from, 5 * (from + 10)), y.subarray(from, from + 10));
    });
    expect(hand.digest()).toBe(model.digest());
  });

  it('may end the training, after an epoch or within one', async () => {
    const model = classifier({ backend: name });
    const after = await model.fit(x, y, {
      epochs: 9,
      callbacks: {
        onEpochEnd: (epoch) => {
          model.stopTraining = epoch === 1;
        },
      },
    });
    expect(after.epoch).toEqual([0, 1]);
    expect(model.stopTraining).toBe(true);

    const steps = model.optimizer.iterations;
    const { callback, calls } = recorder(['onEpochEnd', 'onTrainEnd', 'onTestEnd']);
    const within = await model.fit(x, y, {
      batchSize: 4,
      epochs: 9,
      validationData: [x, y],
      callbacks: [
        callback,
        {
          onBatchEnd: (batch) => {
            model.stopTraining = batch === 2;
          },
        },
      ],
    });
    expect(model.optimizer.iterations - steps).toBe(3);
    expect(within.epoch).toEqual([0]);
    expect(within.history.val_loss).toHaveLength(1);
    expect(calls).toEqual(['onTestEnd', 'onEpochEnd 0', 'onTrainEnd']);
  });

  it('stopTraining from outside ends a fit that nobody listens to', async () => {
    const model = classifier({ backend: name });
    await patiently(async (milliseconds) => {
      const fitting = model.fit(x, y, { epochs: 50_000_000, batchSize: 1 });
      setTimeout(() => {
        model.stopTraining = true;
      }, milliseconds);
      const { epoch } = await fitting;
      expect(epoch).toEqual(epoch.map((_, i) => i));
      return epoch.length > 0;
    });
    expect(model.stopTraining).toBe(true);
  });

  it.each([
    'setModel',
    'onTrainBegin',
    'onEpochBegin',
    'onBatchBegin',
    'onBatchEnd',
    'onTestBegin',
    'onTestBatchEnd',
    'onEpochEnd',
    'onTrainEnd',
  ] as const)('that throw or reject in %s reject fit, and the model can be used afterwards', async (hook) => {
    const model = classifier({ backend: name });
    for (const thrown of [new Error('mine'), undefined, 'a string']) {
      for (const callback of [
        {
          [hook]: () => {
            throw thrown;
          },
        },
        { [hook]: () => Promise.reject(thrown) },
      ] as Callback[]) {
        let caught: unknown = 'nothing';
        await model.fit(x, y, { validationSplit: 0.5, callbacks: callback }).catch((error) => {
          caught = error;
        });
        expect(caught).toBe(thrown);
        expect(model.trainOnBatch(x, y).loss).toBeGreaterThan(0);
        await model.fit(x, y);
      }
    }
  });

  it('that are none are errors', async () => {
    const model = classifier({ backend: name });
    const before = model.digest();
    for (const callbacks of [5, 'x', [null], [{}], { onEpochEnded() {} }, { onEpochEnd: 5 }, [[]]]) {
      expect((await errorOf(() => model.fit(x, y, { callbacks } as object))).code).toBe('ERR_PLUMMET_OPTION');
    }
    expect(model.digest()).toBe(before);
  });
});
