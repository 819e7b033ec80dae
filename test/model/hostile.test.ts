import { describe, expect, it } from 'vitest';
import { data, layers, type Model, sequential } from '#src/index.js';
import { backends, classes, classifier, errorOf } from './models.ts';

const { x, y } = classes(4);

function detached(): Float32Array {
  const array = new Float32Array(20);
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}
const thrower = {
  get data(): never {
    throw new Error('data getter');
  },
  shape: [4, 5],
};
const proxy = new Proxy([], {
  get() {
    throw new Error('trap');
  },
});
const revocable = Proxy.revocable([], {});
revocable.revoke();
const circular: unknown[] = [];
circular.push(circular);
const foreign = Object.create(Float32Array.prototype);

/** Nothing of this is four rows of five numbers. */
const rows: Record<string, unknown> = {
  undefined,
  null: null,
  'a number': 5,
  NaN: Number.NaN,
  'a string': 'abcdefghij',
  'a symbol': Symbol('s'),
  'a function': () => x,
  'a promise': Promise.resolve(x),
  'an object': {},
  'an empty array': [],
  'empty rows': [[], [], [], []],
  'ragged rows': [
    [1, 2, 3, 4, 5],
    [1, 2, 3],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ],
  'rows of strings': Array.from({ length: 4 }, () => ['1', '2', '3', '4', '5']),
  'a hole': Array.from({ length: 4 }).fill([1, 2, 3, 4, 5], 0, 3),
  'an empty typed array': new Float32Array(0),
  'not a whole row': new Float32Array(7),
  bigints: new BigInt64Array(20),
  'a detached array': detached(),
  'a view': new DataView(new ArrayBuffer(80)),
  'a buffer': new ArrayBuffer(80),
  'a negative shape': { data: x, shape: [-4, -5] },
  'a shape that does not fit': { data: x, shape: [4, 6] },
  'a huge shape': { data: x, shape: [2 ** 40, 5] },
  'a fractional shape': { data: x, shape: [2.5, 8] },
  'another row length': { data: x, shape: [5, 4] },
  'a getter that throws': thrower,
  'a proxy that throws': proxy,
  'a revoked proxy': revocable.proxy,
  'an array in itself': circular,
  'what only looks like an array': foreign,
  'what only looks like a dataset': { x, y, rows: 4, columns: 5, targets: 1, bytes: null },
  'a dataset of another width': data.dataset({ x, y: new Int32Array(5), columns: 4 }),
};

/** Nothing of this is four class labels below 3. */
const labels: Record<string, unknown> = {
  ...Object.fromEntries(Object.entries(rows).filter(([name]) => name !== 'a dataset of another width')),
  'too few': [0, 1, 2],
  'too many': [0, 1, 2, 0, 1],
  'too large': [0, 1, 2, 3],
  negative: [0, 1, 2, -1],
  fractional: [0, 1, 2, 0.5],
  'not numbers': [0, 1, 2, Number.NaN],
  infinite: [0, 1, 2, Number.POSITIVE_INFINITY],
  'one-hot rows': [
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
  ],
  'a dataset': data.dataset({ x, y, columns: 5 }),
};

describe.each(backends)('hostile arguments (%s)', (name) => {
  const model = classifier({ backend: name });
  const digest = model.digest();

  async function refuses(what: string, act: () => unknown, code = /^ERR_PLUMMET_/): Promise<void> {
    const error = await errorOf(act);
    expect([what, error.message, error.code]).toEqual([
      what,
      expect.stringMatching(/^[a-z]\w+(: [\w.]+)*: ./i),
      expect.stringMatching(code),
    ]);
    expect([what, model.digest()]).toEqual([what, digest]);
  }

  const takesRows: Record<string, (model: Model, rows: never) => unknown> = {
    predict: (m, value) => m.predict(value),
    predictSync: (m, value) => m.predictSync(value),
    backward: (m, value) => m.backward(value, new Float32Array(12)),
    trainOnBatch: (m, value) => m.trainOnBatch(value, y),
    gradients: (m, value) => m.gradients(value, y),
    checkGradients: (m, value) => m.checkGradients(value, y),
    evaluate: (m, value) => m.evaluate(value, y),
    fit: (m, value) => m.fit(value, y),
    'fit, validation': (m, value) => m.fit(x, y, { validationData: [value, y] }),
  };
  it.each(Object.keys(takesRows))('%s refuses what are no rows of five numbers', async (method) => {
    for (const [what, value] of Object.entries(rows))
      await refuses(what, () => takesRows[method](model, value as never));
  });

  const takesLabels: Record<string, (model: Model, labels: never) => unknown> = {
    trainOnBatch: (m, value) => m.trainOnBatch(x, value),
    gradients: (m, value) => m.gradients(x, value),
    checkGradients: (m, value) => m.checkGradients(x, value),
    evaluate: (m, value) => m.evaluate(x, value),
    fit: (m, value) => m.fit(x, value),
    'fit, validation': (m, value) => m.fit(x, y, { validationData: [x, value] }),
  };
  it.each(Object.keys(takesLabels))('%s refuses what are no four labels below three', async (method) => {
    for (const [what, value] of Object.entries(labels))
      await refuses(what, () => takesLabels[method](model, value as never));
  });

  it('backward refuses what is no gradient of the output', async () => {
    for (const value of [...Object.values(rows), new Float32Array(11), [[1, 2, 3]], new Float32Array(20)]) {
      await refuses(String(typeof value), () => model.backward(x, value as never));
    }
  });

  it('options: unknown ones, wrong ones, getters that throw', async () => {
    const options: Record<string, unknown>[] = [
      { batchsize: 3 },
      { batchSize: 0 },
      { batchSize: -1 },
      { batchSize: 1.5 },
      { batchSize: Number.NaN },
      { batchSize: '32' },
      { batchSize: Symbol('s') },
      { batchSize: 2n },
      { epochs: -1 },
      { epochs: 2.5 },
      { epochs: Number.POSITIVE_INFINITY },
      { initialEpoch: -1 },
      { shuffle: 'yes' },
      { seed: -1 },
      { seed: 2 ** 60 },
      { validationSplit: 1 },
      { validationSplit: -0.1 },
      { validationSplit: 0.9 },
      { validationData: x },
      { validationData: [x] },
      { validationData: [x, y], validationSplit: 0.5 },
      { validationBatchSize: 0 },
      { validationFreq: 0 },
      { verbose: 3 },
      { verbose: 'loud' },
      { signal: {} },
      { signal: { aborted: true } },
      {
        get epochs(): never {
          throw new Error('getter');
        },
      },
    ];
    for (const given of options)
      await refuses(Object.keys(given)[0], () => model.fit(x, y, given), /^ERR_PLUMMET_OPTION$/);
    for (const given of [5, 'x', [], null, Symbol('s'), () => {}]) {
      await refuses('options', () => model.fit(x, y, given as never));
      await refuses('options', () => model.evaluate(x, y, given as never));
      await refuses('options', () => model.predict(x, given as never));
      await refuses('options', () => model.checkGradients(x, y, given as never));
    }
    await refuses('evaluate', () => model.evaluate(x, y, { batchSize: 0 }));
    await refuses('predict', () => model.predict(x, { batchsize: 1 } as never));
    await refuses('epsilon', () => model.checkGradients(x, y, { epsilon: 0 }));
    await refuses('samples', () => model.checkGradients(x, y, { samples: 0 }));
  });

  it('compile: unknown names are answered with those there are, and what was compiled stays', async () => {
    const wrong: [unknown, string][] = [
      [undefined, 'optimizer'],
      [null, 'object'],
      [{}, 'optimizer'],
      [{ optimizer: 'adma', loss: 'mse' }, 'adam'],
      [{ optimizer: 'adam', loss: 'msq' }, 'mse'],
      [{ optimizer: 'adam', loss: 'zzzzzzzz' }, 'sparseCategoricalCrossentropy'],
      [{ optimizer: 'adam' }, 'loss'],
      [{ optimizer: {}, loss: 'mse' }, 'optimizer'],
      [{ optimizer: 'adam', loss: 'mse', metrics: 'accuracy' }, 'metrics'],
      [{ optimizer: 'adam', loss: 'mse', metrics: ['acuracy'] }, 'accuracy'],
      [{ optimizer: 'adam', loss: 'mse', metrics: ['mae', 'mae'] }, 'twice'],
      [{ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['mae'] }, 'mae'],
      [{ optimizer: 'adam', loss: 'binaryCrossentropy' }, 'sigmoid'],
      [{ optimizer: 'adam', loss: 'mse', backend: 'gpu' }, 'native'],
      [{ optimizer: 'adam', loss: 'mse', backend: { name: 'native', isa: 'sse9' } }, 'backend'],
      [{ optimizer: 'adam', loss: 'mse', backend: { threads: 0 } }, 'threads'],
      [{ optimizer: 'adam', loss: 'mse', backend: { cores: 1 } }, 'cores'],
      [{ optimizer: 'adam', loss: 'mse', learningRate: 1 }, 'learningRate'],
    ];
    for (const [options, word] of wrong) {
      const error = await errorOf(() => model.compile(options as never));
      expect([error.message, error.code]).toEqual([
        expect.stringContaining(word),
        expect.stringMatching(/^ERR_PLUMMET_(OPTION|BACKEND)$/),
      ]);
      expect(model.digest()).toBe(digest);
    }
    expect(model.optimizer.name).toBe('adam');
  });

  it('learningRate takes no nonsense', async () => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', null, Symbol('s')]) {
      await refuses('learningRate', () => {
        model.optimizer.learningRate = value as never;
      });
    }
    expect(model.optimizer.learningRate).toBe(1e-3);
  });

  it('what needs compile says so', async () => {
    const bare = sequential([layers.dense({ units: 3, inputShape: [5] })]);
    const acts = [
      () => bare.fit(x, y),
      () => bare.evaluate(x, y),
      () => bare.trainOnBatch(x, y),
      () => bare.gradients(x, y),
      () => bare.applyGradients({}),
      () => bare.checkGradients(x, y),
      () => bare.plan(),
      () => bare.optimizer,
    ];
    for (const act of acts) expect((await errorOf(act)).code).toBe('ERR_PLUMMET_STATE');
    expect(bare.predictSync(x).shape).toEqual([4, 3]);
    expect((await bare.predict(x)).data).toEqual(bare.predictSync(x).data);
  });

  it('a label that somebody writes into a dataset is named', async () => {
    const set = data.dataset({ x, y: Int32Array.of(0, 1, 2, 0), columns: 5 });
    await expect(model.evaluate(set)).resolves.toBeDefined();
    (set.y as Int32Array)[2] = 7;
    const error = await errorOf(() => model.fit(set));
    expect([error instanceof RangeError, error.code, error.message]).toEqual([
      true,
      'ERR_PLUMMET_LABEL',
      expect.stringMatching(/row 2 is 7/),
    ]);
    (set.y as Int32Array)[2] = 2;
    // While it trains, too: the step with the label is not done, and the error comes from the kernel's own look.
    const other = classifier({ backend: name });
    const late = await errorOf(() =>
      other.fit(set, {
        epochs: 3,
        callbacks: {
          onEpochEnd: () => {
            (set.y as Int32Array)[1] = -5;
          },
        },
      }),
    );
    expect([late.code, late.message]).toEqual(['ERR_PLUMMET_LABEL', expect.stringMatching(/row 1 is -5/)]);
    expect(other.optimizer.iterations).toBe(1);
    other.trainOnBatch(x, y);
  });

  it('options that stand where a dataset leaves no place for them', async () => {
    const set = data.dataset({ x, y, columns: 5 });
    const acts = [
      () => model.fit(set as never, undefined as never, { epochs: 5 } as never),
      () => model.fit(set as never, y as never, { epochs: 5 } as never),
      () => model.evaluate(set as never, undefined as never, { batchSize: 5 } as never),
    ];
    for (const act of acts) await refuses('the options come second', act, /^ERR_PLUMMET_OPTION$/);
  });

  it('labels in shared memory are looked at before anything changes, too', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(16));
    shared[3] = 3;
    await refuses('fit', () => model.fit(x, shared), /^ERR_PLUMMET_LABEL$/);
    await refuses('evaluate', () => model.evaluate(x, shared), /^ERR_PLUMMET_LABEL$/);
    await refuses('trainOnBatch', () => model.trainOnBatch(x, shared), /^ERR_PLUMMET_LABEL$/);
    await refuses('validation', () => model.fit(x, y, { validationData: [x, shared] }), /^ERR_PLUMMET_LABEL$/);
  });

  it('getters that use the model while it reads them', async () => {
    const other = classifier({ backend: name });
    const codes: unknown[] = [];
    const sly = (act: () => unknown) => ({
      get data() {
        try {
          act();
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
        return x;
      },
      shape: [4, 5],
    });
    await other.fit(
      sly(() => other.trainOnBatch(x, y)),
      y,
    );
    expect(codes).toEqual(['ERR_PLUMMET_BUSY']);
    let fitting: Promise<unknown> = Promise.resolve();
    const error = await errorOf(() =>
      other.trainOnBatch(
        sly(() => {
          fitting = other.fit(x, y);
        }),
        y,
      ),
    );
    expect(error.code).toBe('ERR_PLUMMET_BUSY');
    await fitting;
  });

  it('arrays that grow, shrink or go away afterwards', async () => {
    const other = classifier({ backend: name });
    const buffer = new ArrayBuffer(80, { maxByteLength: 160 });
    const growing = new Float32Array(buffer);
    const fitting = other.fit(growing, y, { epochs: 50 });
    buffer.resize(0);
    await fitting;
    const plain = x.slice();
    const predicting = other.predict(plain);
    structuredClone(plain, { transfer: [plain.buffer] });
    expect(await predicting).toEqual(other.predictSync(x));
  });
});

describe('sequential', () => {
  it('refuses what are no layers, and options that are none', async () => {
    const dense = layers.dense({ units: 2, inputShape: [3] });
    const acts: (() => unknown)[] = [
      () => sequential(5 as never),
      () => sequential([null] as never),
      () => sequential([{}] as never),
      () => sequential([layers.dense] as never),
      () => sequential(proxy as never),
      () => sequential([layers.dense({ units: 2 })]),
      () => sequential([dense, layers.dense({ units: 2, inputShape: [9] })]),
      () => sequential([dense], { sead: 1 } as never),
      () => sequential([dense], { seed: -1 }),
      () => sequential([dense], { seed: 0.5 }),
      () => sequential([dense], { seed: Number.NaN }),
      () => sequential([dense], { seed: '1' as never }),
      () => sequential([dense], { name: 5 as never }),
      () => sequential([dense], null as never),
      () => sequential().summary(),
      () => sequential().add({} as never),
    ];
    for (const act of acts) expect((await errorOf(act)).code).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE|OPTION)$/);
  });

  it('add appends until there are weights', async () => {
    const grown = sequential([], { seed: 3 });
    grown.add(layers.dense({ units: 7, activation: 'tanh', inputShape: [5] }));
    grown.add(layers.dense({ units: 3, activation: 'softmax' }));
    expect(grown.layers.map(({ name }) => name)).toEqual(['dense', 'dense_1']);
    grown.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    expect(grown.digest()).toBe(classifier().digest());
    expect((await errorOf(() => grown.add(layers.dense({ units: 1 })))).code).toBe('ERR_PLUMMET_STATE');
  });
});
