/** States in eight bits and in bfloat16: recorded trajectories, bits on every backend, plain arrays and `fit`. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, optimizers, sequential } from '#src/index.js';
import type { BoundOptimizer, Optimizer } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { backends } from './backends.ts';

interface Case {
  name: string;
  options: Record<string, number | boolean | string>;
  params: { shape: number[]; values: number[] }[];
  grads: (number[] | null)[][];
  trajectory: number[][][];
  state: Record<string, number | number[]>[];
  statePeak: Record<string, number[]>[];
  tolerance: { trajectory: number; state: number };
}

type State = Record<string, Float32Array | Uint8Array | number>;

const names = ['adam', 'adamw', 'lion'] as const;
const create = (name: (typeof names)[number], options: object): Optimizer => optimizers[name](options);

/** Dettmers et al. 2021, as test/golden/README.md has it: sorted, in float64. */
function dynamicMap(signed: boolean): number[] {
  const values = [0, 1];
  for (let i = 0; i < 7; i++) {
    const items = 2 ** i * (signed ? 1 : 2);
    for (let k = 0; k < items; k++) {
      const middle = (0.1 + (0.9 * (k + 0.5)) / items) * 10 ** (i - 6);
      values.push(middle);
      if (signed) values.push(-middle);
    }
  }
  return values.sort((a, b) => a - b);
}
const maps: Record<string, number[]> = { expAvg: dynamicMap(true), expAvgSq: dynamicMap(false) };

const casesOf = (name: string): Case[] => {
  const path = new URL(`../golden/recorded/${name}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };
  return cases.filter(({ options }) => 'stateDtype' in options);
};

/** A state as numbers, from what stands for it. */
function meaning(dict: State, name: string, blockSize: number): number[] {
  const codes = dict[`${name}Codes`] as Uint8Array | undefined;
  if (!codes) return Array.from(dict[name] as Float32Array);
  const scales = dict[`${name}Scales`] as Float32Array;
  const map = maps[name.slice(name.indexOf('.') + 1)];
  return Array.from(codes, (code, i) => map[code] * scales[Math.floor(i / blockSize)]);
}

beforeAll(() => setThreadingThreshold(0));

describe.each(names)('%s in few bits', (name) => {
  const cases = casesOf(name);

  it('has cases of both kinds', () => {
    expect(new Set(cases.map(({ options }) => options.stateDtype))).toEqual(new Set(['uint8', 'bfloat16']));
  });

  describe.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    it.each(backends())('on $label', ({ choice }) => {
      const { decoupledWeightDecay, ...options } = c.options;
      const given = name === 'adam' ? { ...options, decoupledWeightDecay } : options;
      const parameters = c.params.map(({ values }) => Float32Array.from(values));
      const named = Object.fromEntries(c.params.map(({ shape }, p) => [`p${p}`, { data: parameters[p], shape }]));
      const bound = create(name, given).bind(named, { backend: choice });
      const peaks = c.params.map(({ values }) => values.map(Math.abs));
      c.grads.forEach((gradients, step) => {
        bound.step(
          Object.fromEntries(gradients.map((g, p) => [`p${p}`, g === null ? undefined : Float32Array.from(g)])),
        );
        parameters.forEach((values, p) => {
          values.forEach((value, i) => {
            const wanted = c.trajectory[step][p][i];
            peaks[p][i] = Math.max(peaks[p][i], Math.abs(wanted));
            if (!(Math.abs(value - wanted) <= c.tolerance.trajectory * peaks[p][i]))
              expect.fail(`step ${step}, parameter ${p}[${i}]: ${value}, expected ${wanted}`);
          });
        });
      });
      const dict = bound.stateDict();
      c.state.forEach((states, p) => {
        for (const [state, wanted] of Object.entries(states)) {
          const own = `p${p}.${state}`;
          if (typeof wanted === 'number') expect(dict[own]).toBe(wanted);
          else if (state.endsWith('Codes')) expect(dict[own]).toEqual(Uint8Array.from(wanted));
          else {
            const values = state.endsWith('Scales')
              ? Array.from(dict[own] as Float32Array)
              : meaning(dict, own, c.options.blockSize as number);
            expect(values).toHaveLength(wanted.length);
            values.forEach((x, i) => {
              const limit = c.tolerance.state * c.statePeak[p][state][i];
              if (!(Math.abs(x - wanted[i]) <= limit)) expect.fail(`${own}[${i}]: ${x}, expected ${wanted[i]}`);
            });
          }
        }
      });
    });
  });
});

const options = [
  { stateDtype: 'uint8', blockSize: 256 },
  { stateDtype: 'uint8', blockSize: 7, maximize: true, clipNorm: 3 },
  { stateDtype: 'uint8', blockSize: 1 },
  { stateDtype: 'bfloat16', weightDecay: 0.1 },
];
const makes: [string, () => Optimizer][] = options.flatMap((given) => [
  ...names.map((name): [string, () => Optimizer] => [`${name} ${JSON.stringify(given)}`, () => create(name, given)]),
  [`amsgrad ${JSON.stringify(given)}`, () => optimizers.adam({ ...given, amsgrad: true } as object)],
  [`amsgrad, decoupled ${JSON.stringify(given)}`, () => optimizers.adamw({ ...given, amsgrad: true } as object)],
]);

const lengths = [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1023];
const bytesOf = (dict: State): [string, string | number][] =>
  Object.entries(dict).map(([name, value]) => {
    if (typeof value === 'number') return [name, value];
    // All NaNs are one.
    const canonical = value instanceof Float32Array ? value.map((x) => (Number.isNaN(x) ? Number.NaN : x)) : value;
    return [name, Buffer.from(canonical.buffer, canonical.byteOffset, canonical.byteLength).toString('base64')];
  });

describe.each(makes)('%s', (label, make) => {
  const wild = (n: number, t: number, hostile: boolean) =>
    Float32Array.from({ length: n }, (_, i) => {
      const k = (i * 7 + t * 5) % 23;
      if (k < 12 || !hostile) return (((i * 7919 + t * 104729) % 401) - 200) / 64;
      return [0, -0, 1e-38, -1e-42, 1e4, Number.NaN, Infinity, -Infinity, 3e38, -1e-20, 1][k - 12];
    });

  it('has the same bits on every backend, for every length and offset', () => {
    for (const hostile of [false, true]) {
      // The reference path takes its time over many short blocks.
      const long = hostile && !label.includes('maximize') && !label.includes('"blockSize":1}');
      const results = backends().map(({ label: backend, choice }) => {
        const data = Object.fromEntries(
          [...lengths, ...(long ? [100_003] : [])].map((n, k) => [
            `w${n}`,
            new Float32Array(n + 5).subarray(1 + (k % 4), 1 + (k % 4) + n),
          ]),
        );
        const [a, b] = [new Float32Array(70 * 33), new Float32Array(3 * 5 * 7)];
        const named = { ...data, a: { data: a, shape: [70, 33] }, b: { data: b, shape: [3, 5, 7] } };
        const arrays = { ...data, a, b };
        for (const array of Object.values(arrays)) array.set(wild(array.length, 9, false));
        const bound = make().bind(named, { backend: choice });
        const kept: Float32Array[] = [];
        for (let t = 0; t < (hostile ? 2 : 4); t++) {
          const gradients = Object.entries(arrays).map(
            ([name, { length }]) => [name, wild(length, t, hostile)] as const,
          );
          const before = gradients.map(([, g]) => g.slice());
          bound.step(Object.fromEntries(gradients));
          for (const [i, [name, g]] of gradients.entries()) expectSameBits(g, before[i], `gradient of ${name}`);
          for (const array of Object.values(arrays)) kept.push(array.slice());
        }
        return { backend, kept, state: bytesOf(bound.stateDict()) };
      });
      for (const { backend, kept, state } of results) {
        for (const [i, array] of kept.entries()) expectSameBits(array, results[0].kept[i], `${backend}: ${i}`);
        expect(state).toEqual(results[0].state);
      }
    }
  });

  const rows = 40;
  const x = Float32Array.from({ length: rows * 37 }, (_, i) => ((i * 7919) % 401) / 200 - 1);
  const y = Int32Array.from({ length: rows }, (_, i) => (i * 5) % 3);
  const modelOn = (backend?: never) => {
    const model = sequential(
      [
        layers.dense({ units: 45, activation: 'relu', inputShape: [37] }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
      { seed: 3 },
    );
    model.compile({ optimizer: make(), loss: 'sparseCategoricalCrossentropy', ...(backend ? { backend } : {}) });
    return model;
  };

  it('trains a model to one digest on every backend', async () => {
    const digests = await Promise.all(
      backends().map(async ({ choice }, i) => {
        const model = modelOn(choice);
        await model.fit(x, y, { epochs: i % 2 ? 2 : 1, batchSize: 16 });
        if (i % 2 === 0) await model.fit(x, y, { epochs: 1, batchSize: 16 });
        return model.digest();
      }),
    );
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).not.toBe(modelOn().digest());
  });

  it('does to a model what it does to plain arrays', () => {
    const model = modelOn();
    const weights = model.getWeights();
    const bound = make().bind(weights);
    for (let t = 0; t < 3; t++) {
      const { gradients } = model.gradients(x, y);
      bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data }]) => [name, data])));
      model.trainOnBatch(x, y);
      for (const [name, { data }] of Object.entries(model.getWeights())) {
        expectSameBits(weights[name].data, data, `${label}: ${name}`);
      }
    }
  });

  it('goes on in another model from weights and state by name', async () => {
    const model = modelOn();
    const options = { batchSize: 16, epochs: 2 };
    await model.fit(x, y, options);
    const other = modelOn();
    other.setWeights(model.getWeights());
    expect(other.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(other.digest()).toBe(model.digest());
    await model.fit(x, y, options);
    await other.fit(x, y, options);
    expect(other.digest()).toBe(model.digest());
  });

  it('goes on from a saved state as if nothing had happened', () => {
    const steps = (bound: BoundOptimizer, from: number, to: number) => {
      for (let t = from; t < to; t++) bound.step({ w: wild(100, t, false) });
    };
    const [whole, parts] = [wild(100, 50, false), wild(100, 50, false)];
    steps(make().bind({ w: whole }), 0, 6);
    const first = make().bind({ w: parts });
    steps(first, 0, 3);
    const second = make().bind({ w: parts });
    expect(second.loadStateDict(first.stateDict())).toEqual({ missing: [], unexpected: [] });
    steps(second, 3, 6);
    expectSameBits(parts, whole, label);
  });
});

describe('states in few bits', () => {
  const message = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
    throw new Error('nothing was thrown');
  };

  it('says what it cannot be', () => {
    expect(message(() => optimizers.adam({ stateDtype: 'float16' as never }))).toMatch(
      /^ERR_PLUMMET_OPTION adam: stateDtype must be one of the known names, got "float16"/,
    );
    for (const size of [0, -1, 1.5, 16385, Number.NaN]) {
      expect(message(() => optimizers.lion({ blockSize: size }))).toBe(
        `ERR_PLUMMET_OPTION lion: blockSize must be an integer from 1 to 16384, got ${size}`,
      );
    }
    const w = new Float32Array(3);
    const bound = optimizers.adam({ stateDtype: 'uint8' }).bind({ w });
    const state = { ...bound.stateDict() };
    expect(message(() => bound.loadStateDict({ ...state, 'w.expAvgCodes': new Float32Array(3) }))).toMatch(
      /^ERR_PLUMMET_TYPE adam: "w.expAvgCodes" must be a Uint8Array, got a Float32Array of 3/,
    );
    expect(message(() => bound.loadStateDict({ ...state, 'w.expAvgCodes': new Uint8Array(4) }))).toMatch(
      /^ERR_PLUMMET_SHAPE adam: "w.expAvgCodes" has 4 elements, it must have 3/,
    );
    expect(message(() => bound.loadStateDict({ ...state, 'w.expAvgScales': new Float32Array(3) }))).toMatch(
      /^ERR_PLUMMET_SHAPE adam: "w.expAvgScales" has 3 elements, it must have 1/,
    );
  });

  it('begins with codes of zero', () => {
    const dict = optimizers
      .adam({ stateDtype: 'uint8', blockSize: 2 })
      .bind({ w: new Float32Array(3) })
      .stateDict();
    expect(dict).toEqual({
      'w.expAvgCodes': new Uint8Array(3).fill(127),
      'w.expAvgScales': new Float32Array(2),
      'w.expAvgSqCodes': new Uint8Array(3),
      'w.expAvgSqScales': new Float32Array(2),
      'w.step': 0,
    });
  });

  it('takes the state of an optimizer in float32 for one in bfloat16, rounded', () => {
    const w = new Float32Array(2);
    const exact = optimizers.lion({ beta2: 0.5 }).bind({ w });
    exact.step({ w: Float32Array.of(2 + 2 ** -6, 2 + 2 ** -7 + 2 ** -20) });
    const rounded = optimizers.lion({ stateDtype: 'bfloat16' }).bind({ w });
    rounded.loadStateDict(exact.stateDict());
    // 1 + 2⁻⁷ has the bits; 1 + 2⁻⁸ and a little is more than half of the last one.
    expect(rounded.stateDict()['w.expAvg']).toEqual(Float32Array.of(1 + 2 ** -7, 1 + 2 ** -7));
  });
});
