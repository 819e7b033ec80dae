/** Schedules in trainings: every way to train sees the same value in the same step. */
import { describe, expect, it } from 'vitest';
import { callbacks, data, findLearningRate, type Model, optimizers, schedules } from '#src/index.js';
import { backends, classes, classifier, errorOf, numbers } from './models.ts';

const { x, y } = classes(20);
const BATCH = 8;
const BATCHES = 3;

/** A rule whose three numbers change with every step. */
const changing = () => {
  const cycle = schedules.oneCycle({ maxLearningRate: 0.3, totalSteps: 20 });
  return {
    learningRate: schedules.warmup({ schedule: schedules.exponential({ learningRate: 0.2, gamma: 0.95 }), steps: 4 }),
    weightDecay: schedules.cosine({ learningRate: 0.01, steps: 11 }),
    momentum: cycle.momentum,
  };
};

describe.each(backends)('schedules (%s)', (name) => {
  const make = (options: Partial<Parameters<Model['compile']>[0]> = {}): Model =>
    classifier({ backend: name, optimizer: optimizers.sgd(changing()), ...options });

  it('one fit, two fits, one with callbacks and single steps end in the same weights', async () => {
    const whole = make();
    const { history } = await whole.fit(x, y, { batchSize: BATCH, epochs: 4, shuffle: false });

    const halves = make();
    await halves.fit(x, y, { batchSize: BATCH, epochs: 3, shuffle: false });
    await halves.fit(x, y, { batchSize: BATCH, epochs: 1, shuffle: false });
    expect(halves.digest()).toBe(whole.digest());

    const rates: number[] = [];
    const listened = make();
    await listened.fit(x, y, {
      batchSize: BATCH,
      epochs: 4,
      shuffle: false,
      callbacks: { onBatchBegin: () => void rates.push(listened.optimizer.learningRate) },
    });
    expect(listened.digest()).toBe(whole.digest());
    const { learningRate } = changing();
    expect(rates).toEqual(Array.from({ length: 4 * BATCHES }, (_, t) => learningRate(t)));

    const steps = make();
    for (let epoch = 0; epoch < 4; epoch++) {
      for (let row = 0; row < 20; row += BATCH)
        steps.trainOnBatch(x.subarray(5 * row, 5 * Math.min(20, row + BATCH)), y.subarray(row, row + BATCH));
    }
    expect(steps.digest()).toBe(whole.digest());
    expect(history.loss).toHaveLength(4);
  });

  it('a rate that is set for each step by hand gives the same weights', async () => {
    const schedule = schedules.cyclic({ baseLearningRate: 0.01, maxLearningRate: 0.2, stepSizeUp: 3 });
    const own = make({ optimizer: optimizers.adam({ learningRate: schedule }) });
    await own.fit(x, y, { batchSize: BATCH, epochs: 3 });
    const hand = make({ optimizer: 'adam' });
    let t = 0;
    await hand.fit(x, y, {
      batchSize: BATCH,
      epochs: 3,
      callbacks: {
        onBatchBegin: () => {
          hand.optimizer.learningRate = schedule(t++);
        },
      },
    });
    expect(hand.digest()).toBe(own.digest());
  });

  it('a schedule may be set in the middle of a training, and goes by the steps of all of it', async () => {
    const late = make({ optimizer: 'sgd' });
    const schedule = schedules.step({ learningRate: 0.5, stepSize: 4, gamma: 0.5 });
    await late.fit(x, y, { batchSize: BATCH, epochs: 1 });
    late.optimizer.learningRate = schedule;
    expect(late.optimizer.learningRate).toBe(schedule(BATCHES));
    expect(late.optimizer.options.learningRate).toBe(schedule);
    await late.fit(x, y, { batchSize: BATCH, epochs: 1 });
    expect(late.optimizer.learningRate).toBe(schedule(2 * BATCHES));
  });

  it('many steps of a tiny table equal few of a large one', async () => {
    const rate = () => schedules.inverseTime({ learningRate: 0.05, decayRate: 0.01 });
    const once = make({ optimizer: optimizers.sgd({ learningRate: rate() }) });
    await once.fit(x, y, { batchSize: 2, epochs: 300 });
    const often = make({ optimizer: optimizers.sgd({ learningRate: rate() }) });
    for (let i = 0; i < 300; i += 50) await often.fit(x, y, { batchSize: 2, epochs: 50 });
    expect(often.digest()).toBe(once.digest());
  });

  it('reduceOnPlateau hears of each epoch', async () => {
    const plateau = schedules.reduceOnPlateau({ learningRate: 0.1, factor: 0.5, patience: 0, threshold: 1 });
    const model = make({ optimizer: optimizers.sgd({ learningRate: plateau }) });
    const rates: number[] = [];
    await model.fit(x, y, {
      epochs: 4,
      validationSplit: 0.5,
      callbacks: { onEpochBegin: () => void rates.push(model.optimizer.learningRate) },
    });
    // With this threshold nothing but the first number is an improvement.
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.025]);
    expect(plateau(0)).toBe(0.0125);
    expect(plateau.toJSON().options.state).toMatchObject({ learningRate: 0.0125, badEpochs: 0 });

    const quiet = schedules.reduceOnPlateau({ learningRate: 0.1, factor: 0.5, patience: 0, threshold: 1 });
    const alone = make({ optimizer: optimizers.sgd({ learningRate: quiet }) });
    await alone.fit(x, y, { epochs: 4, validationSplit: 0.5 });
    expect(alone.digest()).toBe(model.digest());
  });

  it('reduceOnPlateau monitors what it is told to, where there is such a thing', async () => {
    const monitoring = (monitor: string) =>
      make({ optimizer: optimizers.sgd({ learningRate: schedules.reduceOnPlateau({ learningRate: 1, monitor }) }) });
    const error = await errorOf(() => monitoring('acc').fit(x, y));
    expect(error.code).toBe('ERR_PLUMMET_OPTION');
    expect(error.message).toContain('monitors "acc", which is not among the logs of an epoch: loss, accuracy');
    expect((await errorOf(() => monitoring('val_loss').fit(x, y))).code).toBe('ERR_PLUMMET_OPTION');
    await monitoring('accuracy').fit(x, y);
    await monitoring('val_loss').fit(x, y, { epochs: 3, validationSplit: 0.5, validationFreq: 2 });
    const plateau = schedules.reduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 0, threshold: 1 });
    const within = schedules.warmup({ schedule: plateau, steps: 1 });
    const nested = make({ optimizer: optimizers.sgd({ learningRate: within, weightDecay: within }) });
    await nested.fit(x, y, { epochs: 3 });
    expect(plateau(0)).toBe(0.25);
  });

  it('callbacks.learningRateScheduler sets the rate of each epoch', async () => {
    const model = make({ optimizer: 'sgd' });
    const seen: [number, number][] = [];
    const scheduler = callbacks.learningRateScheduler((epoch, rate) => {
      seen.push([epoch, rate]);
      return 0.5 / (epoch + 1);
    });
    await model.fit(x, y, { epochs: 3, callbacks: scheduler });
    expect(seen).toEqual([
      [0, 1e-3],
      [1, 0.5],
      [2, 0.25],
    ]);
    const step = callbacks.learningRateScheduler(schedules.step({ learningRate: 1, stepSize: 1, gamma: 0.5 }));
    await model.fit(x, y, { epochs: 3, callbacks: step });
    expect(model.optimizer.learningRate).toBe(0.25);
    const wrong = callbacks.learningRateScheduler(() => Number.NaN);
    expect((await errorOf(() => model.fit(x, y, { callbacks: wrong }))).message).toContain(
      'learningRateScheduler: the rate of epoch 0 must be',
    );
    expect(() => callbacks.learningRateScheduler(0.1 as never)).toThrow('expected a function');
  });

  it("callbacks.reduceLROnPlateau follows Keras's count", async () => {
    const model = make({ optimizer: optimizers.sgd({ learningRate: 0.1 }) });
    const rates: number[] = [];
    const options = { monitor: 'loss', factor: 0.5, patience: 2, minDelta: 100, cooldown: 1, minLearningRate: 0.03 };
    await model.fit(x, y, {
      epochs: 9,
      callbacks: [
        callbacks.reduceLROnPlateau(options),
        { onEpochEnd: () => void rates.push(model.optimizer.learningRate) },
      ],
    });
    // Epoch 0 is the best; 1 and 2 are waited for; 3 ends the cooling and counts again, so does 4.
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03]);
    const missing = callbacks.reduceLROnPlateau();
    expect((await errorOf(() => model.fit(x, y, { callbacks: missing }))).message).toContain('monitors "val_loss"');
    expect(() => callbacks.reduceLROnPlateau({ factor: 1 })).toThrow(
      'reduceLROnPlateau: factor must be in (0, 1), got 1',
    );
  });

  it('findLearningRate gives a curve, and leaves everything as it was', async () => {
    const rows = 60;
    const inputs = numbers(rows * 5, 3);
    const labels = Int32Array.from({ length: rows }, (_, i) => (inputs[5 * i] > 0 ? 1 : 0));
    const set = data.dataset({ x: inputs, y: labels });
    const model = make({ optimizer: optimizers.adam({ learningRate: changing().learningRate }) });
    const twin = make({ optimizer: optimizers.adam({ learningRate: changing().learningRate }) });
    for (const each of [model, twin]) await each.fit(set, { epochs: 2 });
    const digest = model.digest();
    const options = { minLearningRate: 1e-4, maxLearningRate: 10, steps: 40, batchSize: 16, smoothing: 0.5 };
    const curve = await findLearningRate(model, set, options);
    expect(model.digest()).toBe(digest);
    expect(model.optimizer.iterations).toBe(twin.optimizer.iterations);
    expect(model.stopTraining).toBe(false);
    expect(curve.losses.length).toBe(curve.learningRates.length);
    expect(curve.losses.length).toBe(curve.smoothed.length);
    expect(curve.losses.length).toBeGreaterThan(10);
    expect(curve.learningRates[0]).toBe(1e-4);
    curve.learningRates.slice(1).forEach((rate, i) => {
      expect(rate / curve.learningRates[i]).toBeCloseTo(1e5 ** (1 / 39), 10);
    });
    expect(curve.suggestion).toBeGreaterThan(1e-4);
    expect(curve.suggestion).toBeLessThan(10);
    for (const each of [model, twin]) await each.fit(set, { epochs: 2 });
    expect(model.digest()).toBe(twin.digest());
    expect(await findLearningRate(twin, set, { ...options, mode: 'linear', steps: 3 })).toMatchObject({
      learningRates: [1e-4, 5.00005, 10],
    });
  });

  it.each([
    ['a search', () => optimizers.lbfgs({ maxIter: 3 }), Number.NaN],
    ['two rates', () => optimizers.switchAt(3, optimizers.adam(), optimizers.sgd({ learningRate: 0.25 })), 0.25],
    [
      'a rate within',
      () =>
        optimizers.lookahead({
          optimizer: optimizers.adam({
            groups: [{ match: /bias$/, optimizer: optimizers.sgd({ learningRate: 0.25 }) }],
          }),
        }),
      Number.NaN,
    ],
  ])('findLearningRate leaves %s as it was, too', async (_, create, later) => {
    const set = data.dataset({ x: numbers(20 * 5, 3), y: Int32Array.from({ length: 20 }, (_, i) => i % 2) });
    const [model, twin] = [0, 1].map(() => make({ optimizer: create() }));
    const options = { batchSize: 20, shuffle: false, verbose: 0 } as const;
    for (const each of [model, twin]) await each.fit(set, { ...options, epochs: 2 });
    await findLearningRate(model, set, { steps: 3, batchSize: 20 });
    expect(model.stateDict()).toEqual(twin.stateDict());
    for (const each of [model, twin]) await each.fit(set, { ...options, epochs: 4 });
    expect(model.digest()).toBe(twin.digest());
    if (later > 0) expect(model.optimizer.learningRate).toBe(later);
  });

  it('findLearningRate does not count steps that it skips', async () => {
    const set = data.dataset({ x: numbers(20 * 5, 3).fill(Number.NaN, 0, 1), y: new Int32Array(20) });
    const model = make({ optimizer: optimizers.adam({ skipNonFinite: true }) });
    await findLearningRate(model, set, { steps: 3, batchSize: 20 });
    expect(model.optimizer.skippedSteps).toBe(0);
  });

  it('findLearningRate sees the losses of single batches', async () => {
    const set = data.dataset({ x, y });
    const model = make({ optimizer: 'sgd' });
    const twin = make({ optimizer: 'sgd' });
    const { losses, learningRates } = await findLearningRate(model, set, { steps: 3, batchSize: 20, divergence: 1e9 });
    for (const [i, loss] of losses.entries()) {
      twin.optimizer.learningRate = learningRates[i];
      expect(twin.trainOnBatch(x, y).loss).toBeCloseTo(loss, 6);
    }
    expect(losses).toHaveLength(3);
    for (const [wrong, message] of [
      [{ minLearningRate: 1, maxLearningRate: 1 }, 'maxLearningRate must be greater than minLearningRate'],
      [{ steps: 0 }, 'findLearningRate: steps must be'],
      [{ divergence: 1 }, 'findLearningRate: divergence must be'],
    ] as const) {
      expect((await errorOf(() => findLearningRate(model, set, wrong))).message).toContain(message);
    }
    expect((await errorOf(() => findLearningRate({} as never, set))).code).toBe('ERR_PLUMMET_TYPE');
    expect((await errorOf(() => findLearningRate(model, { x, y } as never))).code).toBe('ERR_PLUMMET_OPTION');
    const fitting = model.fit(set);
    expect((await errorOf(() => findLearningRate(model, set))).code).toBe('ERR_PLUMMET_BUSY');
    await fitting;
  });
});

describe('schedules and threads', () => {
  it.skipIf(backends.length < 2)('native and reference, one thread and three, end in the same weights', async () => {
    const digests = [];
    for (const backend of [
      { name: 'native', threads: 1 },
      { name: 'native', threads: 3 },
      { name: 'reference' },
    ] as const) {
      const model = classifier({ backend, optimizer: optimizers.sgd(changing()) });
      await model.fit(x, y, { batchSize: BATCH, epochs: 30 });
      digests.push(model.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });
});

describe('bound optimizers', () => {
  it('go by the steps of the whole, not by those of a parameter that was skipped', () => {
    const schedule = schedules.piecewise({ boundaries: [1, 2], values: [1, 2, 4] }); // 1, 1, 2, 4 …
    const a = new Float32Array(1);
    const b = new Float32Array(1);
    const bound = optimizers.sgd({ learningRate: schedule }).bind({ a, b });
    const one = Float32Array.of(1);
    bound.step({ a: one });
    bound.step({ a: one });
    expect(bound.learningRate).toBe(2);
    bound.step({ a: one, b: one });
    expect([a[0], b[0]]).toEqual([-4, -2]);
    const again = optimizers.sgd({ learningRate: schedule }).bind({ a, b });
    again.loadStateDict(bound.stateDict());
    again.step({ b: one });
    expect(b[0]).toBe(-6);
    expect(again.learningRate).toBe(4);
    again.learningRate = 0.5;
    expect(again.learningRate).toBe(0.5);
  });

  it('refuse what a schedule gives beyond all bounds, and change nothing', () => {
    const schedule = schedules.exponential({ learningRate: 1, gamma: 1e300 });
    const a = new Float32Array(1);
    const bound = optimizers.sgd({ learningRate: 0.5, weightDecay: schedule }).bind({ a });
    const one = Float32Array.of(1);
    bound.step({ a: one });
    bound.step({ a: one });
    const before = a[0];
    expect(() => bound.step({ a: one })).toThrow(
      'sgd: the schedule of weightDecay gives Infinity for step 3; it must give finite numbers of at least 0',
    );
    expect(a[0]).toBe(before);
    expect(bound.stateDict()).toEqual({ 'a.step': 2 });
  });
});
