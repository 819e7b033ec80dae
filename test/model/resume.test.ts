/** k steps, saved, loaded elsewhere, n − k steps: the digest of n steps. State goes by name, from model to model and from arrays. */
import { describe, expect, it } from 'vitest';
import { layers, type Model, optimizers, sequential } from '#src/index.js';
import { type Optimizer, optimizerNames } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { classes, errorOf } from './models.ts';

const { x, y } = classes(40);

function modelWith(optimizer: Optimizer, seed = 3, name?: string): Model {
  const model = sequential(
    [
      layers.dense({ units: 9, activation: 'tanh', inputShape: [5], ...(name ? { name } : {}) }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { seed },
  );
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  return model;
}

const composed = {
  globalClipNorm: 0.5,
  centralize: true,
  noise: 0.01,
  ema: { decay: 0.9, overwriteFrequency: 4 },
  gradientAccumulationSteps: 3,
  lossScale: { initialScale: 2 ** 10, growthInterval: 2 },
};
/** Those that take another optimizer, or none of these options, with all that they can have. */
const everything: Readonly<Record<string, () => Optimizer>> = {
  asam: () => optimizers.asam({ optimizer: optimizers.adam({ globalClipNorm: 0.5, centralize: true, noise: 0.01 }) }),
  lbfgs: () => optimizers.lbfgs({ lineSearchFn: 'strong_wolfe', historySize: 3, maxIter: 4 }),
  lookahead: () => optimizers.lookahead({ optimizer: optimizers.adam(composed), k: 3 }),
  sam: () => optimizers.sam({ optimizer: optimizers.adam({ globalClipNorm: 0.5, ema: { decay: 0.9 } }), rho: 0.1 }),
};
const makers: [string, () => Optimizer][] = [
  ...optimizerNames.flatMap((name): [string, () => Optimizer][] => [
    [name, () => optimizers[name]()],
    [`${name} with everything`, everything[name] ?? (() => optimizers[name](composed as never))],
  ]),
  ['switchAt before', () => optimizers.switchAt(20, optimizers.adam(), optimizers.sgd({ momentum: 0.9 }))],
  ['switchAt after', () => optimizers.switchAt(2, optimizers.adam(), optimizers.lion(), { skipNonFinite: true })],
];

describe.each(makers)('%s', (_, make) => {
  it('goes on in another model, to the same digest', async () => {
    const options = { batchSize: 7, verbose: 0 } as const;
    const whole = modelWith(make());
    await whole.fit(x, y, { ...options, epochs: 3 });
    const first = modelWith(make());
    await first.fit(x, y, { ...options, epochs: 1 });
    const second = modelWith(make(), 8);
    const entries = Object.entries(first.stateDict()).reverse();
    second.setWeights(first.getWeights());
    expect(second.loadStateDict(Object.fromEntries(entries))).toEqual({ missing: [], unexpected: [] });
    expect(second.digest()).toBe(first.digest());
    await second.fit(x, y, { ...options, epochs: 2, seed: 3 });
    expect(second.digest()).toBe(whole.digest());
  });

  // Those that call a function for gradients: optimizers/closures.test.ts.
  const { ascent, search } = make();
  it.skipIf(ascent || search)('goes on on other arrays, to the same bits', () => {
    const parameters = () => ({
      w: { data: Float32Array.from({ length: 35 }, (_, i) => Math.fround(((i * 37) % 19) / 9 - 1)), shape: [5, 7] },
      b: new Float32Array(3).fill(0.5),
    });
    const step = (t: number) => ({
      w: Float32Array.from({ length: 35 }, (_, i) => Math.fround(((i * 11 + t) % 23) / 11 - 1)),
      b: Float32Array.of(t, -t, 0.25),
    });
    const whole = parameters();
    const bound = make().bind(whole);
    for (let t = 1; t <= 11; t++) bound.step(step(t));
    const [one, two] = [parameters(), parameters()];
    const before = make().bind(one);
    for (let t = 1; t <= 4; t++) before.step(step(t));
    two.w.data.set(one.w.data);
    two.b.set(one.b);
    const after = make().bind(two);
    after.loadStateDict(before.stateDict());
    for (let t = 5; t <= 11; t++) after.step(step(t));
    expectSameBits(two.w.data, whole.w.data);
    expectSameBits(two.b, whole.b);
    expect(after.stateDict()).toEqual(bound.stateDict());
  });
});

describe('model.loadStateDict', () => {
  it('takes the state of a bound optimizer, and gives it back', () => {
    const model = modelWith(optimizers.adam({ gradientAccumulationSteps: 2 }));
    const bound = optimizers.adam({ gradientAccumulationSteps: 2 }).bind(model.getWeights());
    for (let t = 0; t < 3; t++) {
      const { gradients } = model.gradients(x, y);
      bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, data])));
    }
    model.loadStateDict(bound.stateDict());
    const { version, epochs, ...rest } = model.stateDict();
    expect([version, epochs, model.optimizer.iterations]).toEqual([1, 0, 1]);
    expect(rest).toEqual(bound.stateDict());
    bound.loadStateDict(model.stateDict());
  });

  it('hands compatible state on to another optimizer, where it is not strict', async () => {
    const model = modelWith(optimizers.adam());
    await model.fit(x, y, { verbose: 0 });
    const other = modelWith(optimizers.nadam());
    const { missing, unexpected } = other.loadStateDict(model.stateDict(), { strict: false });
    expect([missing, unexpected]).toEqual([[], []]);
    const third = modelWith(optimizers.adamax());
    const difference = third.loadStateDict(model.stateDict(), { strict: false });
    expect(difference.missing).toContain('dense.kernel.expInf');
    expect(difference.unexpected).toContain('dense.kernel.expAvgSq');
    expect(third.stateDict()['dense.kernel.expAvg']).toEqual(model.stateDict()['dense.kernel.expAvg']);
    expect(third.optimizer.iterations).toBe(model.optimizer.iterations);
  });

  it('names what is missing and what it may be called now, and changes nothing', async () => {
    const model = modelWith(optimizers.sgd({ momentum: 0.9 }), 3, 'hidden');
    const renamed = modelWith(optimizers.sgd({ momentum: 0.9 }), 3, 'hiden');
    const before = model.digest();
    const error = await errorOf(() => model.loadStateDict(renamed.stateDict()));
    expect(error.code).toBe('ERR_PLUMMET_STATE');
    expect(error.message).toContain('missing "hidden.kernel.momentumBuffer"');
    expect(error.message).toContain('"hiden.kernel.momentumBuffer" may be "hidden.kernel.momentumBuffer"');
    const cases: [object, string, string][] = [
      [{ ...model.stateDict(), version: 2 }, 'ERR_PLUMMET_STATE', 'of version 2'],
      [{ ...model.stateDict(), version: -1 }, 'ERR_PLUMMET_OPTION', '"version"'],
      [{ ...model.stateDict(), 'hidden.bias.step': 4 }, 'ERR_PLUMMET_STATE', 'at the same step'],
      [{ ...model.stateDict(), 'hidden.bias.momentumBuffer': new Float32Array(8) }, 'ERR_PLUMMET_SHAPE', '8 elements'],
      [{ ...model.stateDict(), epochs: 0.5 }, 'ERR_PLUMMET_OPTION', '"epochs"'],
      [[], 'ERR_PLUMMET_STATE', 'missing'],
    ];
    for (const [state, code, message] of cases) {
      const wrong = await errorOf(() => model.loadStateDict(state as never));
      expect(`${wrong.code} ${wrong.message}`).toContain(code);
      expect(wrong.message).toContain(message);
      expect(model.digest()).toBe(before);
    }
  });

  it('accepts older states: without a version, and what is new in ours keeps its value', () => {
    const model = modelWith(optimizers.adam({ ema: 0.9 }));
    const { version: _, epochs: __, ...old } = modelWith(optimizers.adam()).stateDict();
    const { missing } = model.loadStateDict(old, { strict: false });
    expect(missing).toEqual(['dense.kernel.ema', 'dense.bias.ema', 'dense_1.kernel.ema', 'dense_1.bias.ema']);
  });

  it('is for nobody while fit runs', async () => {
    const model = modelWith(optimizers.adam());
    const state = model.stateDict();
    const running = model.fit(x, y, { verbose: 0, callbacks: [{ onEpochEnd: () => void model.stateDict() }] });
    expect((await errorOf(() => model.loadStateDict(state))).code).toBe('ERR_PLUMMET_BUSY');
    await running;
  });
});

describe('trainable', () => {
  it('a layer that is not stays as it is, without state, until compile is told otherwise', async () => {
    const model = sequential([
      layers.dense({ units: 4, activation: 'relu', inputShape: [5], trainable: false }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const before = model.getWeights();
    await model.fit(x, y, { verbose: 0 });
    const after = model.getWeights();
    for (const name of ['dense.kernel', 'dense.bias']) expectSameBits(after[name].data, before[name].data, name);
    expect(after['dense_1.kernel'].data).not.toEqual(before['dense_1.kernel'].data);
    expect(Object.keys(model.stateDict()).some((name) => name.startsWith('dense.'))).toBe(false);
    expect(model.layers.map(({ trainable }) => trainable)).toEqual([false, true]);
    model.layers[0].trainable = true;
    await model.fit(x, y, { verbose: 0 });
    expectSameBits(model.getWeights()['dense.kernel'].data, before['dense.kernel'].data);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await model.fit(x, y, { verbose: 0 });
    expect(model.getWeights()['dense.kernel'].data).not.toEqual(before['dense.kernel'].data);
    expect((await errorOf(() => Object.assign(model.layers[0], { trainable: 1 }))).message).toContain(
      'dense: trainable must be true or false, got 1',
    );
  });

  it('a compile that fails leaves it as it was', async () => {
    const model = modelWith(optimizers.adam());
    model.layers[0].trainable = false;
    await errorOf(() => model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] }));
    expect(Object.keys(model.stateDict())).toContain('dense.kernel.expAvg');
  });
});

describe('averaged', () => {
  const averaging = [
    ['ema', () => optimizers.sgd({ learningRate: 0.5, ema: 0.5 })],
    ['schedule-free', () => optimizers.scheduleFreeSGD({ learningRate: 0.5, momentum: 0.7 })],
  ] as const;

  it.each(averaging)(
    'evaluate, predict and validation take the averages where they are asked for: %s',
    async (_, make) => {
      const model = modelWith(make());
      const bound = make().bind(model.getWeights());
      const history = [];
      for (let t = 0; t < 3; t++) {
        const { gradients } = model.gradients(x, y);
        bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, data])));
        const { val_loss } = (
          await model.fit(x, y, { batchSize: 40, validationData: [x, y], averaged: true, verbose: 0, shuffle: false })
        ).history;
        history.push(val_loss[0]);
      }
      const averaged = bound.averaged();
      for (const [name, { data }] of Object.entries(model.getWeights({ averaged: true }))) {
        expectSameBits(data, averaged[name], name);
      }
      const other = modelWith(optimizers.sgd());
      other.setWeights(model.getWeights({ averaged: true }));
      expect(await model.evaluate(x, y, { averaged: true })).toEqual(await other.evaluate(x, y));
      expect(history[2]).toBe((await other.evaluate(x, y)).loss);
      expect(await model.predict(x, { averaged: true })).toEqual(await other.predict(x));
      expect(model.predictSync(x, { averaged: true })).toEqual(other.predictSync(x));
      expect(await model.evaluate(x, y, { averaged: false })).not.toEqual(await other.evaluate(x, y));
    },
  );

  it('is the default for schedule-free optimizers', async () => {
    const model = modelWith(optimizers.scheduleFreeAdamW({ learningRate: 0.1 }));
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    const averaged = await model.evaluate(x, y, { averaged: true });
    expect(await model.evaluate(x, y)).toEqual(averaged);
    expect(await model.evaluate(x, y, { averaged: false })).not.toEqual(averaged);
  });

  it('is refused where there is no average', async () => {
    const model = modelWith(optimizers.adam());
    for (const act of [
      () => model.evaluate(x, y, { averaged: true }),
      () => model.predictSync(x, { averaged: true }),
      () => model.getWeights({ averaged: true }),
      () => model.fit(x, y, { averaged: true, validationSplit: 0.5 }),
    ]) {
      expect((await errorOf(act)).message).toContain('the optimizer adam keeps no average');
    }
    expect((await errorOf(() => model.predictSync(x, { averaged: 1 as never }))).code).toBe('ERR_PLUMMET_OPTION');
  });
});

describe('switchAt', () => {
  const { adam, adamw, sgd, switchAt } = optimizers;
  const momentum = (): Optimizer => sgd({ momentum: 0.9, learningRate: 0.05 });

  it.each([
    ['adamw', adamw],
    ['amsgrad, whose maximum begins at 0', optimizers.amsgrad],
  ])('is the first optimizer, then the second with the states that both have: %s', (_, make) => {
    const gradients = (t: number) => ({ w: Float32Array.of(t, -1, 0.5 / t) });
    const [w, v] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)];
    const bound = switchAt(2, adam({ clipNorm: 1 }), make({ learningRate: 0.01 })).bind({ w });
    const first = adam({ clipNorm: 1 }).bind({ w: v });
    for (let t = 1; t <= 2; t++) for (const each of [bound, first]) each.step(gradients(t));
    const second = make({ learningRate: 0.01 }).bind({ w: v });
    second.loadStateDict(first.stateDict(), { strict: false });
    for (let t = 3; t <= 5; t++) for (const each of [bound, second]) each.step(gradients(t));
    expectSameBits(w, v);
    expect(bound.stateDict()).toEqual(second.stateDict());
    expect(bound.learningRate).toBe(0.01);
  });

  it('without such states the second begins anew', () => {
    const gradients = { w: Float32Array.of(1, -1) };
    const [w, v] = [Float32Array.of(1, 2), Float32Array.of(1, 2)];
    const bound = switchAt(1, sgd({ momentum: 0.9 }), adam()).bind({ w });
    sgd({ momentum: 0.9 }).bind({ w: v }).step(gradients);
    const second = adam().bind({ w: v });
    bound.step(gradients);
    for (let t = 0; t < 3; t++) for (const each of [bound, second]) each.step(gradients);
    expectSameBits(w, v);
  });

  const nextStates = [
    ['weights of the start', () => adam(), () => optimizers.scheduleFreeAdamW()],
    ['slow weights', momentum, () => optimizers.lookahead({ optimizer: momentum(), k: 2 })],
    ['an average', () => adam(), () => adam({ ema: { decay: 0.9, overwriteFrequency: 2 } })],
    ['a mean', momentum, () => sgd({ momentum: 0.9, swa: { start: 2 } })],
    ['a second moment', () => adam(), () => optimizers.adabelief()],
    ['the first distance', () => adam(), () => optimizers.prodigy({ d0: 0.1 })],
    ['states in fewer bits', () => adam(), () => adam({ stateDtype: 'bfloat16' })],
    ['codes', () => adam({ stateDtype: 'uint8' }), () => adam({ stateDtype: 'uint8' })],
  ] as const;

  it.each(nextStates)('the second begins anew where it has more states: %s', (_, first, second) => {
    const gradients = (t: number) => ({ w: Float32Array.of(t, -1, 0.5 / t) });
    const [w, v] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)];
    const bound = switchAt(3, first(), second()).bind({ w });
    const before = first().bind({ w: v });
    const after = second().bind({ w: v });
    for (let t = 1; t <= 8; t++) {
      bound.step(gradients(t));
      (t <= 3 ? before : after).step(gradients(t));
      expectSameBits(w, v);
    }
    expectSameBits(bound.averaged().w, after.averaged().w);
  });

  it('states in bfloat16 are handed on to such states', () => {
    const small = () => adam({ stateDtype: 'bfloat16' });
    const gradients = { w: Float32Array.of(1, -1, 0.3) };
    const [w, v] = [Float32Array.of(1, 2, 3), Float32Array.of(1, 2, 3)];
    const bound = switchAt(2, small(), small()).bind({ w });
    const alone = small().bind({ w: v });
    for (let t = 0; t < 5; t++) for (const each of [bound, alone]) each.step(gradients);
    expect(bound.stateDict()).toEqual(alone.stateDict());
    expectSameBits(w, v);
  });

  it('has a name for each state, also one within the other', () => {
    const { muon, soap } = optimizers;
    const names = switchAt(2, switchAt(2, muon(), adam()), soap()).states.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, 7)).toEqual([
      'momentumBuffer',
      ...['', 'Next', 'NextNext'].flatMap((ending) => [`expAvg${ending}`, `expAvgSq${ending}`]),
    ]);
  });

  it('refuses parameters that one of the two refuses', async () => {
    const dims = { w: { data: new Float32Array(1), shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] } };
    for (const optimizer of [switchAt(1, optimizers.shampoo(), sgd()), switchAt(1, sgd(), optimizers.soap())]) {
      expect(await errorOf(() => optimizer.bind(dims))).toMatchObject({ code: 'ERR_PLUMMET_SHAPE' });
    }
    const matrices = switchAt(1, adam(), optimizers.muon({ adamw: false }));
    expect((await errorOf(() => matrices.bind({ w: new Float32Array(3) }))).message).toContain('is no matrix');
  });

  it('refuses what it cannot do', async () => {
    const twice = 'needs gradients in more than one place';
    const cases: [() => unknown, string][] = [
      [() => switchAt(1, optimizers.sam(), sgd()), `switchAt: first, sam, ${twice}; it can be put around switchAt`],
      [() => switchAt(1, sgd(), optimizers.lookahead({ optimizer: optimizers.asam() })), `second, lookahead, ${twice}`],
      [() => switchAt(1, adam(), optimizers.lbfgs()), `switchAt: second, lbfgs, ${twice}`],
      [() => switchAt(0, adam(), sgd()), 'switchAt: step must be an integer of at least 1, got 0'],
      [() => switchAt(1, 'adam' as never, sgd()), 'switchAt: first must be what optimizers.adam()'],
      [() => switchAt(1, adam(), sgd({ groups: [{ match: /b/, frozen: true }] })), 'second, sgd, cannot have groups'],
      [() => switchAt(1, adam({ skipNonFinite: true }), sgd()), 'options of switchAt itself'],
      [() => switchAt(1, adam(), sgd(), { lossScale: -1 }), 'switchAt: lossScale must be'],
    ];
    for (const [act, message] of cases) expect((await errorOf(act)).message).toContain(message);
  });
});
