/** Windows of batches, scaled losses and steps that are skipped: the same bits everywhere, and what they are defined to be. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, type Model, optimizers, schedules, sequential } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { backends } from '../optimizers/backends.ts';
import { expectSameBits } from '../support/bits.ts';

const ROWS = 50;
const BATCH = 10;
const x = Float32Array.from({ length: ROWS * 21 }, (_, i) => ((i * 7919) % 401) / 200 - 1);
const y = Int32Array.from({ length: ROWS }, (_, i) => (i * 5) % 3);
/** The third batch has a row of NaNs. */
const bad = x.slice();
bad.fill(Number.NaN, 25 * 21, 26 * 21);

function modelWith(optimizer: Optimizer, backend?: never): Model {
  const model = sequential(
    [
      layers.dense({ units: 35, activation: 'tanh', inputShape: [21] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', ...(backend ? { backend } : {}) });
  return model;
}

const batch = (of: Float32Array, b: number): [Float32Array, Int32Array] => [
  of.slice(b * BATCH * 21, (b + 1) * BATCH * 21),
  y.slice(b * BATCH, (b + 1) * BATCH),
];
const inOrder = { batchSize: BATCH, shuffle: false, verbose: 0 } as const;

function expectSameWeights(model: Model, other: Model): void {
  const wanted = other.getWeights();
  for (const [name, { data }] of Object.entries(model.getWeights())) expectSameBits(data, wanted[name].data, name);
}

/** Floats in an object of gradients, computed as float32. */
function mean(all: Record<string, { data: Float32Array; shape: readonly number[] }>[]) {
  const [first] = all;
  return Object.fromEntries(
    Object.entries(first).map(([name, { data, shape }]) => {
      const sum = data.slice();
      for (const other of all.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += other[name].data[i];
      return [name, { data: sum.map((value) => value / all.length), shape: [...shape] }];
    }),
  );
}

beforeAll(() => setThreadingThreshold(0));

describe('skipNonFinite', () => {
  const rate = () => optimizers.adam({ learningRate: 0.01, weightDecay: 0.1, skipNonFinite: true });

  it('leaves a step out as if its batch had not been there, on every backend', async () => {
    const digests = [];
    for (const { choice } of backends()) {
      const model = modelWith(rate(), choice);
      await model.fit(bad, y, { ...inOrder, epochs: 2 });
      expect(model.optimizer.iterations).toBe(8);
      expect(model.optimizer.skippedSteps).toBe(2);
      const other = modelWith(rate(), choice);
      for (const b of [0, 1, 3, 4, 0, 1, 3, 4]) other.trainOnBatch(...batch(x, b));
      expect(other.optimizer.skippedSteps).toBe(0);
      expect(model.digest()).toBe(other.digest());
      digests.push(model.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('without it, NaN is everywhere afterwards', async () => {
    const model = modelWith(optimizers.adam());
    await model.fit(bad, y, inOrder);
    expect(model.getWeights()['dense.kernel'].data.every(Number.isNaN)).toBe(true);
  });

  it('the table of scalars stays where it is, too, also with a schedule', async () => {
    const make = () =>
      optimizers.sgd({
        learningRate: schedules.exponential({ learningRate: 0.5, gamma: 0.7 }),
        momentum: 0.9,
        skipNonFinite: true,
      });
    const model = modelWith(make());
    await model.fit(bad, y, { ...inOrder, epochs: 3 });
    const other = modelWith(make());
    for (let e = 0; e < 3; e++) for (const b of [0, 1, 3, 4]) other.trainOnBatch(...batch(x, b));
    expectSameWeights(model, other);
  });

  it('one gradient of one parameter is enough, and trainOnBatch and applyGradients skip as well', () => {
    const model = modelWith(rate());
    const before = model.digest();
    model.trainOnBatch(...batch(bad, 2));
    const { gradients } = model.gradients(...batch(x, 0));
    gradients['dense_1.bias'].data[2] = Number.NEGATIVE_INFINITY;
    model.applyGradients(gradients);
    expect(model.digest()).toBe(before);
    expect(model.optimizer.skippedSteps).toBe(2);
  });
});

describe('gradientAccumulationSteps', () => {
  const make = (gradientAccumulationSteps: number) =>
    optimizers.adamw({ learningRate: 0.01, weightDecay: 0.1, gradientAccumulationSteps });

  it('a step has the mean of the gradients of its window', () => {
    for (const n of [2, 3, 5]) {
      const model = modelWith(make(n));
      const plain = modelWith(optimizers.adamw({ learningRate: 0.01, weightDecay: 0.1 }));
      for (let step = 0; step < 2; step++) {
        const all = [];
        for (let b = 0; b < n; b++) {
          expectSameWeights(model, plain);
          all.push(plain.gradients(...batch(x, b)).gradients);
          model.trainOnBatch(...batch(x, b));
        }
        plain.applyGradients(mean(all));
      }
      expectSameWeights(model, plain);
      expect(model.optimizer.iterations).toBe(2);
    }
  });

  it('windows go on over epochs, however fit is divided, on every backend', async () => {
    const digests = [];
    for (const { choice } of backends()) {
      const whole = modelWith(make(3), choice);
      await whole.fit(x, y, { batchSize: BATCH, epochs: 4 });
      expect(whole.optimizer.iterations).toBe(6);
      const parts = modelWith(make(3), choice);
      for (let e = 0; e < 4; e++) await parts.fit(x, y, { batchSize: BATCH, epochs: 1 });
      const calls = modelWith(make(3), choice);
      await calls.fit(x, y, { batchSize: BATCH, epochs: 4, callbacks: [{ onBatchEnd() {} }] });
      digests.push(whole.digest(), parts.digest(), calls.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('a window with NaN in one of its batches is skipped as a whole', async () => {
    const both = () =>
      optimizers.sgd({ learningRate: 0.1, momentum: 0.9, gradientAccumulationSteps: 2, skipNonFinite: true });
    const model = modelWith(both());
    for (const b of [0, 1, 2, 3, 4, 0]) model.trainOnBatch(...batch(bad, b));
    expect(model.optimizer.skippedSteps).toBe(1);
    const other = modelWith(both());
    for (const b of [0, 1, 4, 0]) other.trainOnBatch(...batch(x, b));
    expectSameWeights(model, other);
  });
});

describe('lossScale', () => {
  it('a power of two changes no bit where nothing overflows or vanishes', async () => {
    const digests = [];
    for (const { choice } of backends()) {
      const plain = modelWith(optimizers.adam({ learningRate: 0.01, globalClipNorm: 0.5 }), choice);
      const scaled = modelWith(optimizers.adam({ learningRate: 0.01, globalClipNorm: 0.5, lossScale: 1024 }), choice);
      for (const model of [plain, scaled]) await model.fit(x, y, { batchSize: 16, epochs: 2 });
      expect(scaled.optimizer.lossScale).toBe(1024);
      digests.push(plain.digest(), scaled.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('of its own accord it backs off until gradients are finite', async () => {
    const lossScale = { initialScale: 2 ** 127, growthInterval: 100, backoffFactor: 2 ** -10 };
    const digests = [];
    for (const { choice } of backends()) {
      const model = modelWith(optimizers.sgd({ learningRate: 2 ** -4, lossScale }), choice);
      const big = x.map((value) => value * 4096);
      await model.fit(big, y, { ...inOrder, epochs: 1 });
      const { iterations, skippedSteps } = model.optimizer;
      expect(skippedSteps).toBeGreaterThan(0);
      expect(iterations + skippedSteps).toBe(5);
      expect(model.optimizer.lossScale).toBe(2 ** (127 - 10 * skippedSteps));
      digests.push(model.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });

  it('doubles after growthInterval good steps and begins anew', () => {
    const model = modelWith(optimizers.sgd({ lossScale: { initialScale: 2, growthInterval: 3 } }));
    const seen = Array.from({ length: 7 }, () => {
      model.trainOnBatch(...batch(x, 0));
      return model.optimizer.lossScale;
    });
    expect(seen).toEqual([2, 2, 4, 4, 4, 8, 8]);
    model.trainOnBatch(...batch(bad, 2));
    expect(model.optimizer.lossScale).toBe(4);
    expect(modelWith(optimizers.sgd({ lossScale: 'dynamic' })).optimizer.lossScale).toBe(65536);
  });

  it('gradients that users see, or give, are those of the loss itself', () => {
    const plain = modelWith(optimizers.adam({ learningRate: 0.1 }));
    const scaled = modelWith(optimizers.adam({ learningRate: 0.1, lossScale: 'dynamic' }));
    const { gradients } = scaled.gradients(x, y);
    expect(gradients).toEqual(plain.gradients(x, y).gradients);
    for (const model of [plain, scaled]) model.applyGradients(gradients);
    expectSameWeights(scaled, plain);
  });

  it('a window may have gradients of batches and such as were given', () => {
    const [plain, scaled] = [{}, { lossScale: 2 ** 10 }].map((option) =>
      modelWith(optimizers.sgd({ learningRate: 0.1, gradientAccumulationSteps: 2, ...option })),
    );
    for (const model of [plain, scaled]) {
      const { gradients } = model.gradients(...batch(x, 1));
      for (let i = 0; i < 2; i++) {
        model.trainOnBatch(...batch(x, 2 * i));
        model.applyGradients(gradients);
        model.applyGradients(gradients);
        model.trainOnBatch(...batch(x, 2 * i + 1));
      }
    }
    expectSameWeights(scaled, plain);
  });

  it('goes with windows', () => {
    const make = (lossScale: number | null) => optimizers.sgd({ gradientAccumulationSteps: 3, lossScale });
    const [plain, scaled] = [modelWith(make(null)), modelWith(make(256))];
    for (const b of [0, 1, 2, 3, 4, 0]) for (const model of [plain, scaled]) model.trainOnBatch(...batch(x, b));
    expectSameWeights(scaled, plain);
  });
});

describe('the plan', () => {
  it('says what an instruction waits for', () => {
    const model = modelWith(optimizers.sgd({ gradientAccumulationSteps: 2, skipNonFinite: true }));
    const text = String(model.plan());
    expect(text).toMatch(/= divideGradient\(.*\) when window ends/);
    expect(text).toMatch(/= sgd\(.*\) when step is done/);
    expect(model.plan().advance).toMatchObject({ space: 'scratch', label: 'steps' });
  });
});
