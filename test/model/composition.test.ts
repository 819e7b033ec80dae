/** Clipping, groups and frozen parameters in training: ops of the plan, with the same bits everywhere. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, optimizers, sequential } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { backends } from '../optimizers/backends.ts';
import { expectSameBits } from '../support/bits.ts';

const ROWS = 50;
const x = Float32Array.from({ length: ROWS * 70 }, (_, i) => ((i * 7919) % 401) / 200 - 1);
const y = Int32Array.from({ length: ROWS }, (_, i) => (i * 5) % 10);

function modelWith(optimizer: Optimizer, backend?: never) {
  const model = sequential(
    [
      layers.dense({ units: 130, activation: 'relu', inputShape: [70] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', ...(backend ? { backend } : {}) });
  return model;
}

const options = {
  adaptiveClip: 0.05,
  clipValue: 0.01,
  clipRms: 0.004,
  clipNorm: { maxNorm: 0.2, normType: 1 as const },
  globalClipNorm: 0.1,
  weightDecay: 0.01,
  centralize: true,
  noise: { eta: 0.01, gamma: 0.7, seed: 2 ** 40 + 9 },
  ema: { decay: 0.8, every: 2, overwriteFrequency: 3 },
};
const kinds: [string, () => Optimizer][] = [
  ...Object.entries(options).map(([name, value]): [string, () => Optimizer] => [
    name,
    () => optimizers.adam({ learningRate: 0.01, [name]: value }),
  ]),
  ['swa', () => optimizers.adam({ swa: { start: 2, frequency: 2 } })],
  ['skipNonFinite', () => optimizers.adam({ skipNonFinite: true, clipNorm: 0.1 })],
  ['gradientAccumulationSteps', () => optimizers.adam({ gradientAccumulationSteps: 2, learningRate: 0.01 })],
  ['maximize', () => optimizers.sgd({ maximize: true, momentum: 0.5 })],
  [
    'all of them',
    () =>
      optimizers.yogi({
        ...options,
        skipNonFinite: true,
        gradientAccumulationSteps: 2,
        groups: [
          { match: ['dense_1.kernel'], optimizer: optimizers.sgd({ momentum: 0.9, clipNorm: 0.1 }) },
          { match: /bias$/, weightDecay: 0, clipValue: null },
        ],
      }),
  ],
  ['lars', () => optimizers.lars({ learningRate: 1, weightDecay: 0.01, nesterov: true, maximize: true })],
  ['lamb', () => optimizers.lamb({ learningRate: 0.01, weightDecay: 0.01, clipNorm: 1 })],
  ['lamb of Keras', () => optimizers.lamb({ learningRate: 0.01, weightDecay: 0.01, convention: 'keras' })],
  ['novograd', () => optimizers.novograd({ learningRate: 0.01, weightDecay: 0.01, gradAveraging: true })],
  ['adafactor', () => optimizers.adafactor({ weightDecay: 0.01 })],
  ['adafactor of Keras', () => optimizers.adafactor({ weightDecay: 0.01, convention: 'keras' })],
  ['sm3', () => optimizers.sm3({ momentum: 0.9, globalClipNorm: 1 })],
  ['sm3 that forgets', () => optimizers.sm3({ beta: 0.9 })],
  ['prodigy', () => optimizers.prodigy({ d0: 1e-3, weightDecay: 0.01 })],
  ['prodigy with L2', () => optimizers.prodigy({ d0: 1e-3, weightDecay: 0.01, decoupledWeightDecay: false })],
  ['dadaptAdam', () => optimizers.dadaptAdam({ d0: 1e-3, weightDecay: 0.01, biasCorrection: true })],
  ['adan of all gradients', () => optimizers.adan({ maxGradNorm: 0.1, clipValue: 0.01 })],
  [
    'several rules',
    () =>
      optimizers.lamb({
        groups: [
          { match: ['dense.bias'], optimizer: optimizers.prodigy({ d0: 0.01 }) },
          { match: ['dense_1.kernel'], optimizer: optimizers.adafactor() },
        ],
      }),
  ],
  ['frozen', () => optimizers.adam({ groups: [{ match: /^dense\./, frozen: true }] })],
];

beforeAll(() => setThreadingThreshold(0));

describe.each(kinds)('%s', (_, create) => {
  it('ends in one digest on every backend, and however fit is divided', async () => {
    const digests = await Promise.all(
      backends().map(async ({ choice }, i) => {
        const model = modelWith(create(), choice);
        if (i % 2 === 0) {
          await model.fit(x, y, { epochs: 2, batchSize: 16 });
        } else {
          await model.fit(x, y, { epochs: 1, batchSize: 16 });
          await model.fit(x, y, { epochs: 1, batchSize: 16, callbacks: [{ onBatchEnd() {} }] });
        }
        return model.digest();
      }),
    );
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe(modelWith(create()).digest());
  });

  it('is what the optimizer does to plain arrays', () => {
    const model = modelWith(create());
    const weights = model.getWeights();
    const bound = create().bind(weights);
    for (let t = 0; t < 3; t++) {
      const { gradients } = model.gradients(x, y);
      bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, data])));
      model.trainOnBatch(x, y);
    }
    for (const [name, { data }] of Object.entries(model.getWeights())) expectSameBits(data, weights[name].data, name);
  });
});

describe('the plan', () => {
  const opsOf = (optimizer: Optimizer) =>
    modelWith(optimizer)
      .plan()
      .instructions.map(({ op }) => op as string);

  it('has what is asked for, and is fused where the gradient has no other reader', () => {
    expect(opsOf(optimizers.adam())).toContain('adamOfDense');
    const clipped = opsOf(optimizers.adam({ globalClipNorm: 1 }));
    expect(clipped).not.toContain('adamOfDense');
    expect(clipped.filter((op) => op === 'gradientNorm')).toHaveLength(4);
    expect(clipped.filter((op) => op === 'clipScale')).toHaveLength(1);
    const some = opsOf(optimizers.adam({ groups: [{ match: /bias$/, clipNorm: 1 }] }));
    expect(some).toContain('adamOfDense');
    expect(some.filter((op) => op === 'clipScale')).toHaveLength(2);
  });

  it('does not compute gradients of frozen parameters', () => {
    const ops = opsOf(optimizers.adam({ groups: [{ match: /^dense\./, frozen: true }] }));
    expect(ops.filter((op) => op === 'denseKernelGradient' || op === 'columnSums')).toHaveLength(2);
    const none = opsOf(optimizers.adam({ groups: [{ match: /./, frozen: true }] }));
    expect(none.filter((op) => op.startsWith('adam') || op === 'denseKernelGradient')).toEqual([]);
  });
});

describe('frozen parameters', () => {
  it('stay as they are, and all others learn', async () => {
    const model = modelWith(optimizers.adam({ groups: [{ match: /^dense\./, frozen: true }] }));
    const before = model.getWeights();
    await model.fit(x, y, { epochs: 2 });
    const after = model.getWeights();
    for (const name of ['dense.kernel', 'dense.bias']) expectSameBits(after[name].data, before[name].data, name);
    expect(after['dense_1.kernel'].data).not.toEqual(before['dense_1.kernel'].data);
  });

  it('may be all there are', async () => {
    const model = modelWith(optimizers.adam({ globalClipNorm: 1, groups: [{ match: /./, frozen: true }] }));
    const before = model.getWeights();
    await model.fit(x, y, { epochs: 1 });
    expect(model.getWeights()).toEqual(before);
  });
});

describe('maximize', () => {
  it('climbs, and leaves gradients as they are', () => {
    const up = modelWith(optimizers.sgd({ learningRate: 0.1, maximize: true }));
    const down = modelWith(optimizers.sgd({ learningRate: 0.1 }));
    expect(up.gradients(x, y)).toEqual(down.gradients(x, y));
    const first = up.trainOnBatch(x, y).loss;
    expect(up.trainOnBatch(x, y).loss).toBeGreaterThan(first);
  });
});

describe('groups', () => {
  it('that name a parameter which the model has not are refused by compile, which changes nothing', () => {
    const model = modelWith(optimizers.sgd());
    const before = model.digest();
    const optimizer = optimizers.adam({ groups: [{ match: ['dense.kernal'], frozen: true }] });
    expect(() => model.compile({ optimizer, loss: 'mse' })).toThrowError(
      expect.objectContaining({
        code: 'ERR_PLUMMET_OPTION',
        message: 'adam: groups[0].match: there is no parameter "dense.kernal". Did you mean "dense.kernel"?',
      }),
    );
    expect(model.digest()).toBe(before);
  });

  it('follow a learning rate that a callback sets', async () => {
    const trained = async (groups: object[]) => {
      const model = modelWith(optimizers.sgd({ groups: groups as never }));
      const onEpochEnd = () => {
        model.optimizer.learningRate = 0.5;
      };
      await model.fit(x, y, { epochs: 2, callbacks: [{ onEpochEnd }] });
      return model.digest();
    };
    expect(await trained([{ match: /bias/, weightDecay: 0 }])).toBe(await trained([]));
  });
});
