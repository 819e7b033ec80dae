/** Lookahead: recorded trajectories, bits on every backend, in `fit` as on plain arrays. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, optimizers, sequential } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { casesOf, follow } from '../support/golden.ts';
import { backends } from './backends.ts';

type Inner = { name: 'sgd' | 'adam' } & Record<string, number | boolean>;

const { adam, lookahead, sgd } = optimizers;
const innerOf = ({ name, ...options }: Inner): Optimizer => optimizers[name](options);

beforeAll(() => setThreadingThreshold(0));

describe.each(casesOf('lookahead').map((c) => [c.name, c] as const))('%s', (_, c) => {
  it.each(backends())('on $label', ({ choice }) => {
    const { optimizer, ...options } = c.options as unknown as { optimizer: Inner } & Record<string, never>;
    follow(c, lookahead({ ...options, optimizer: innerOf(optimizer) }), choice);
  });
});

const momentum = () => sgd({ momentum: 0.9, learningRate: 0.05, weightDecay: 0.01 });
const kinds: [string, () => Optimizer][] = [
  ['default', () => lookahead({ optimizer: adam({ learningRate: 0.02 }), k: 3 })],
  ['reset', () => lookahead({ optimizer: momentum(), k: 2, pullbackMomentum: 'reset' })],
  ['pullback', () => lookahead({ optimizer: momentum(), k: 3, alpha: 0.3, pullbackMomentum: 'pullback' })],
  ['every step', () => lookahead({ optimizer: momentum(), k: 1, alpha: 0.7 })],
  ['codes', () => lookahead({ optimizer: adam({ stateDtype: 'uint8', blockSize: 20 }), k: 2 })],
  [
    'groups and clipping inside',
    () =>
      lookahead({
        optimizer: adam({
          globalClipNorm: 0.5,
          maximize: true,
          groups: [
            { match: /bias$/, optimizer: momentum() },
            { match: ['dense_1.kernel'], frozen: true },
          ],
        }),
        k: 2,
      }),
  ],
  [
    'in a group',
    () => adam({ groups: [{ match: /bias$/, optimizer: lookahead({ optimizer: momentum(), k: 2 }) }], clipNorm: 1 }),
  ],
];

const rows = 40;
const x = Float32Array.from({ length: rows * 37 }, (_, i) => ((i * 7919) % 401) / 200 - 1);
const y = Int32Array.from({ length: rows }, (_, i) => (i * 5) % 3);

function modelOn(optimizer: Optimizer, backend?: never) {
  const model = sequential(
    [
      layers.dense({ units: 45, activation: 'relu', inputShape: [37] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', ...(backend ? { backend } : {}) });
  return model;
}

describe.each(kinds)('lookahead, %s', (label, make) => {
  it('trains a model to one digest on every backend, and however fit is divided', async () => {
    const digests = await Promise.all(
      backends().map(async ({ choice }, i) => {
        const model = modelOn(make(), choice);
        await model.fit(x, y, { epochs: i % 2 ? 3 : 1, batchSize: 16 });
        if (i % 2 === 0) await model.fit(x, y, { epochs: 2, batchSize: 16 });
        return model.digest();
      }),
    );
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe(modelOn(make()).digest());
  });

  it('goes on in another model from weights and state by name', async () => {
    const model = modelOn(make());
    const options = { batchSize: 16, epochs: 2 };
    await model.fit(x, y, options);
    const other = modelOn(make());
    other.setWeights(model.getWeights());
    expect(other.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(other.digest()).toBe(model.digest());
    await model.fit(x, y, options);
    await other.fit(x, y, options);
    expect(other.digest()).toBe(model.digest());
  });

  it('does to a model what it does to plain arrays, also after a restart', () => {
    const model = modelOn(make());
    const weights = model.getWeights();
    let bound = make().bind(weights);
    for (let t = 0; t < 7; t++) {
      const { gradients } = model.gradients(x, y);
      bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, data])));
      model.trainOnBatch(x, y);
      for (const [name, { data }] of Object.entries(model.getWeights())) {
        expectSameBits(weights[name].data, data, `${label}: ${name}, step ${t}`);
      }
      if (t === 3) {
        const state = bound.stateDict();
        bound = make().bind(weights);
        expect(bound.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
      }
    }
  });
});

describe('lookahead', () => {
  it('has defaults, and shows what is inside', () => {
    expect(lookahead().options).toEqual({
      k: 5,
      alpha: 0.5,
      pullbackMomentum: 'none',
      optimizer: { name: 'sgd', ...sgd().options },
    });
    const inner = adam({ learningRate: 0.5 });
    const outer = lookahead({ optimizer: inner });
    expect(outer.learningRate).toBe(0.5);
    outer.learningRate = 0.25;
    expect(inner.learningRate).toBe(0.25);
    expect(outer.name).toBe('lookahead');
  });

  it.each([
    [{ k: 0 }, 'lookahead: k must be an integer of at least 1, got 0'],
    [{ k: 1.5 }, 'lookahead: k must be an integer of at least 1, got 1.5'],
    [{ alpha: 1.5 }, 'lookahead: alpha must be in [0, 1], got 1.5'],
    [{ alpha: -0.1 }, 'lookahead: alpha must be in [0, 1], got -0.1'],
    [{ pullbackMomentum: 'push' }, 'lookahead: pullbackMomentum must be one of the known names, got "push"'],
    [{ pullbackMomentum: 'reset' }, 'pullbackMomentum "reset" needs an optimizer with a momentum'],
    [{ pullbackMomentum: 'pullback', optimizer: adam() }, 'as sgd({ momentum: 0.9 }); adam has none'],
    [{ pullbackMomentum: 'reset', optimizer: optimizers.muon() }, 'a momentum for every parameter'],
    [{ optimizer: 'adam' }, 'lookahead: optimizer must be what optimizers.adam() and its like return, got "adam"'],
    [{ optimizer: optimizers.lbfgs() }, 'lookahead: optimizer must take steps by gradients, lbfgs looks for them'],
    [{ optimizer: lookahead() }, 'lookahead: the optimizer inside keeps slow weights already: lookahead'],
    [{ clipNorm: 1 }, 'lookahead: there is no option "clipNorm"'],
  ])('refuses %o', (options, message) => {
    const act = () => lookahead(options as object);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }));
  });
});
