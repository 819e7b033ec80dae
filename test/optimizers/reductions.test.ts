/** Optimizers whose steps follow from norms, means and sums of whole tensors. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { optimizers } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';

const { adafactor, adan, dadaptAdam, lamb, lars, novograd, prodigy, sm3 } = optimizers;

const kinds: [string, () => Optimizer][] = [
  ['lars', () => lars({ weightDecay: 0.01, epsilon: 1e-3 })],
  ['lars, nesterov', () => lars({ nesterov: true, momentum: 0.5, learningRate: 3 })],
  ['lamb', () => lamb({ weightDecay: 0.01, epsilonRoot: 1e-8 })],
  ['lamb of Keras', () => lamb({ weightDecay: 0.01, convention: 'keras' })],
  ['novograd', () => novograd({ weightDecay: 0.01, gradAveraging: true })],
  ['adafactor', () => adafactor({ weightDecay: 0.01 })],
  ['adafactor of Keras', () => adafactor({ weightDecay: 0.01, convention: 'keras' })],
  ['sm3', () => sm3({ epsilon: 1e-8 })],
  ['sm3, momentum, beta', () => sm3({ momentum: 0.9, beta: 0.9 })],
  ['prodigy', () => prodigy({ weightDecay: 0.01, d0: 1e-3 })],
  [
    'prodigy, all options',
    () =>
      prodigy({
        weightDecay: 0.01,
        decoupledWeightDecay: false,
        biasCorrection: true,
        safeguardWarmup: true,
        growthRate: 1.5,
        dCoef: 2,
        beta3: 0.9,
      }),
  ],
  ['dadaptAdam', () => dadaptAdam({ weightDecay: 0.01, decoupledWeightDecay: true, growthRate: 1.1, d0: 1e-3 })],
  ['dadaptAdam, L2', () => dadaptAdam({ weightDecay: 0.01, biasCorrection: true })],
  ['adan', () => adan({ maxGradNorm: 0.5, weightDecay: 0.01 })],
];

const values = (n: number, from = 1) => Float32Array.from({ length: n }, (_, i) => ((from + 7 * i) % 23) / 8 - 1);
const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

beforeAll(() => setThreadingThreshold(0));

describe.each(kinds)('%s', (_, create) => {
  it('goes on from its state as if nothing had been', () => {
    const run = (interrupted: boolean) => {
      const tensors = { k: { data: values(33 * 20), shape: [20, 33] }, b: values(33), c: values(9) };
      let bound = create().bind(tensors);
      for (let t = 0; t < 6; t++) {
        if (interrupted && t === 3) {
          const saved = bound.stateDict();
          bound = create().bind(tensors);
          bound.loadStateDict(Object.fromEntries(Object.entries(saved).reverse()));
        }
        bound.step({
          k: values(33 * 20, t),
          b: t === 1 ? undefined : values(33, t + 3),
          c: t < 2 ? undefined : values(9, t),
        });
      }
      return [tensors.k.data, tensors.b, tensors.c, ...Object.values(bound.stateDict())];
    };
    const [whole, parts] = [run(false), run(true)];
    for (const [i, x] of whole.entries()) {
      if (typeof x === 'number') expect(parts[i]).toBe(x);
      else expectSameBits(parts[i] as Float32Array, x);
    }
  });
});

describe('lamb and lars', () => {
  it('take a step of the rate times the norm of the tensor', () => {
    for (const [create, part] of [
      [() => lamb({ learningRate: 0.5 }), 0.5],
      [() => lars({ learningRate: 0.5, trustCoefficient: 0.25, momentum: 0 }), 0.125],
    ] as const) {
      const w = values(1000);
      const before = w.slice();
      create()
        .bind({ w })
        .step({ w: values(1000, 5) });
      const norm = (of: (i: number) => number) => Math.sqrt(before.reduce((sum, _, i) => sum + of(i) ** 2, 0));
      const moved = norm((i) => w[i] - before[i]);
      // Each element is rounded to float32 at most a few times.
      expect(Math.abs(moved / norm((i) => before[i]) - part)).toBeLessThan(1e-6);
    }
  });

  it('leave the ratio out where a norm is 0', () => {
    const w = new Float32Array(2);
    lars({ learningRate: 1, momentum: 0 })
      .bind({ w })
      .step({ w: Float32Array.of(3, 4) });
    expect(Array.from(w)).toEqual([-3, -4]);
    const v = new Float32Array(2);
    lamb({ learningRate: 1, epsilon: 0 })
      .bind({ v })
      .step({ v: Float32Array.of(3, -4) });
    for (const [i, sign] of [-1, 1].entries()) expect(v[i]).toBeCloseTo(sign, 6);
  });
});

describe('adafactor', () => {
  it('takes tensors of more dimensions for matrices side by side', () => {
    const data = values(2 * 3 * 5);
    const gradient = values(30, 4);
    const whole = adafactor().bind({ w: { data, shape: [2, 3, 5] } });
    whole.step({ w: gradient });
    const state = whole.stateDict();
    expect((state['w.rowVar'] as Float32Array).length).toBe(6);
    for (const half of [0, 1]) {
      const one = adafactor().bind({ w: { data: values(15), shape: [3, 5] } });
      one.step({ w: gradient.slice(15 * half, 15 * half + 15) });
      const own = one.stateDict();
      for (const [name, n] of [
        ['w.rowVar', 3],
        ['w.colVar', 5],
      ] as const) {
        expectSameBits((state[name] as Float32Array).slice(n * half, n * half + n), own[name] as Float32Array, name);
      }
    }
  });

  it('has states of matrices or of vectors, and Keras both', () => {
    const names = (options: object) =>
      Object.keys(
        adafactor(options)
          .bind({ v: values(5), m: { data: values(6), shape: [2, 3] } })
          .stateDict(),
      ).sort();
    expect(names({})).toEqual(['m.colVar', 'm.rowVar', 'm.step', 'v.step', 'v.variance']);
    expect(names({ convention: 'keras' })).toHaveLength(8);
  });
});

describe('sm3', () => {
  it('has one accumulator for each dimension', () => {
    const shape = [2, 3, 4];
    const data = values(24);
    const wanted = Array.from(data);
    const accumulators = shape.map((n) => new Array<number>(n).fill(0));
    const bound = sm3({ learningRate: 0.5, epsilon: 1e-3 }).bind({ w: { data, shape } });
    for (let t = 0; t < 3; t++) {
      const gradient = values(24, 3 + t);
      bound.step({ w: gradient });
      const most = shape.map((n) => new Array<number>(n).fill(0));
      gradient.forEach((g, i) => {
        const place = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
        const cover = Math.min(...place.map((k, axis) => accumulators[axis][k])) + g * g;
        wanted[i] -= (0.5 * g) / Math.sqrt(cover + 1e-3);
        for (const [axis, k] of place.entries()) most[axis][k] = Math.max(most[axis][k], cover);
      });
      for (const [axis, row] of most.entries()) accumulators[axis] = row;
    }
    // Float32 against float64: a few roundings a step.
    for (const [i, x] of data.entries()) expect(Math.abs(x - wanted[i])).toBeLessThan(2e-6);
    const state = bound.stateDict();
    for (const [axis, row] of accumulators.entries()) {
      const own = state[`w.accumulator${axis}`] as Float32Array;
      expect(own.length).toBe(shape[axis]);
      for (const [k, x] of own.entries()) expect(Math.abs(x - row[k])).toBeLessThan(1e-6 * row[k]);
    }
  });

  it('refuses more dimensions than it has accumulators for', () => {
    const shape = [1, 1, 1, 1, 1, 1, 1, 1, 1];
    expect(thrown(() => sm3().bind({ w: { data: values(1), shape } }))).toContain('ERR_PLUMMET_SHAPE sm3: ');
  });
});

describe('prodigy and dadaptAdam', () => {
  it('have one distance, and one count of steps, for all parameters of a group', () => {
    for (const create of [() => prodigy({ d0: 0.01 }), () => dadaptAdam({ d0: 0.01 })]) {
      const bound = create().bind({ a: values(20), b: values(7) });
      for (let t = 0; t < 5; t++) bound.step({ a: values(20, t), b: t === 2 ? undefined : values(7, t) });
      const state = bound.stateDict();
      expect(state['a.d']).toEqual(state['b.d']);
      expect([state['a.step'], state['b.step']]).toEqual([5, 5]);
      expect((state['a.d'] as Float32Array)[0]).toBeGreaterThan(0.00999);
    }
  });

  it('keep what a parameter was at its own first step', () => {
    const [a, b] = [values(20), values(7)];
    const bound = prodigy({ d0: 0.1 }).bind({ a, b });
    expect(bound.stateDict()['b.p0']).toEqual(new Float32Array(7).fill(Number.NaN));
    bound.step({ a: values(20, 3) });
    b[0] = 5;
    const first = b.slice();
    for (let t = 0; t < 3; t++) bound.step({ a: values(20, t), b: values(7, t) });
    expectSameBits(bound.stateDict()['b.p0'] as Float32Array, first);
    expect(b).not.toEqual(first);
  });

  it('stand still where nothing is to be learned', () => {
    const w = values(5);
    const bound = prodigy({ learningRate: 0 }).bind({ w });
    const state = bound.stateDict();
    bound.step({ w: values(5, 2) });
    expectSameBits(w, values(5));
    expect(bound.stateDict()).toEqual({ ...state, 'w.p0': values(5), 'w.k': 1, 'w.step': 1 });
    const other = dadaptAdam({ epsilon: 0 }).bind({ w });
    other.step({ w: new Float32Array(5) });
    expectSameBits(w, values(5));
  });
});

describe('adan', () => {
  it('with maxGradNorm takes all gradients of a group together', () => {
    const [one, other] = [0, 1].map(() => ({ a: values(20), b: values(7) }));
    const own = adan({ maxGradNorm: 0.5, epsilon: 1e-4 }).bind(one);
    const common = adan({ globalClipNorm: { maxNorm: 0.5, epsilon: 1e-4 }, epsilon: 1e-4 }).bind(other);
    for (let t = 0; t < 4; t++) {
      // Also where parameters are at different steps.
      const gradients = { a: values(20, t), b: t === 1 ? undefined : values(7, t) };
      own.step(gradients);
      common.step(gradients);
    }
    expectSameBits(one.a, other.a);
    expectSameBits(one.b, other.b);
  });
});

describe('options', () => {
  it.each([
    [() => lamb({ beta1: 1.5 }), 'lamb: beta1 must be in [0, 1), got 1.5'],
    [() => lamb({ epsilonRoot: -1 }), 'lamb: epsilonRoot must be a finite number of at least 0, got -1'],
    [() => lamb({ convention: 'torch' as never }), 'lamb: convention must be one of'],
    [() => lars({ momentum: 2 }), 'lars: momentum must be in [0, 1], got 2'],
    [() => lars({ trustCoefficient: Number.NaN }), 'lars: trustCoefficient must be a finite number of at least 0'],
    [() => lars({ nesterov: 1 as never }), 'lars: nesterov must be true or false, got 1'],
    [() => novograd({ beta2: -0.1 }), 'novograd: beta2 must be in [0, 1), got -0.1'],
    [() => novograd({ gradAveraging: 'no' as never }), 'novograd: gradAveraging must be true or false'],
    [() => adafactor({ beta2Decay: 0.5 }), 'adafactor: beta2Decay must be in (-Infinity, 0], got 0.5'],
    [() => adafactor({ clipThreshold: 0 }), 'adafactor: clipThreshold must be a finite number greater than 0, got 0'],
    [() => adafactor({ epsilon: 1 } as never), 'adafactor: there is no option "epsilon". Did you mean "epsilon'],
    [() => sm3({ beta: 1 }), 'sm3: beta must be in [0, 1), got 1'],
    [() => prodigy({ d0: 0 }), 'prodigy: d0 must be a finite number greater than 0, got 0'],
    [() => prodigy({ growthRate: 0.5 }), 'prodigy: growthRate must be a finite number of at least 1, got 0.5'],
    [() => prodigy({ beta3: 1 }), 'prodigy: beta3 must be in [0, 1), got 1'],
    [() => dadaptAdam({ d0: -1 }), 'dadaptAdam: d0 must be a finite number greater than 0, got -1'],
    [() => adan({ maxGradNorm: -1 }), 'adan: maxGradNorm must be a finite number of at least 0, got -1'],
  ])('%o are refused', (act, message) => {
    expect(thrown(act)).toContain(`ERR_PLUMMET_OPTION ${message}`);
  });
});
