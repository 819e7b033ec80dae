/** Rules with whole matrices: bits, shapes that are odd, roots and bases as what they are, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, sequential } from '#src/index.js';
import { kernels } from '#src/kernels/index.js';
import { adamw, muon, type Optimizer, sgd, shampoo, soap } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { generator } from '../support/operands.ts';
import { backends } from './backends.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const random = (n: number, seed: number): Float32Array => {
  const next = generator(seed);
  return Float32Array.from({ length: n }, () => 2 * next() - 1);
};
const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

/** However small a tensor is, let all threads take part. */
beforeAll(() => setThreadingThreshold(0));

const rules: Record<string, () => Optimizer> = {
  muon: () => muon({ learningRate: 0.02 }),
  'muon keras': () => muon({ convention: 'keras', nesterov: false, nsSteps: 2 }),
  'muon optax': () => muon({ convention: 'optax', adamWeightDecay: 0.1, weightDecay: 0.1 }),
  shampoo: () => shampoo({ maxPreconditionDim: 70, weightDecay: 0.1, decoupledWeightDecay: false, epsilon: 1e-4 }),
  'shampoo now and then': () => shampoo({ maxPreconditionDim: 20, beta2: 0.9, preconditionFrequency: 2 }),
  soap: () => soap({ maxPreconditionDim: 70, preconditionFrequency: 2 }),
  'soap of everything': () =>
    soap({ maxPreconditionDim: 70, precondition1d: true, normalizeGradient: true, preconditionFrequency: 1 }),
};

const shapes = [
  ...[0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1023, 100003].map((n) => [n]),
  [],
  [1, 1],
  [1, 33],
  [33, 1],
  [17, 31],
  [65, 7],
  [50, 96],
  [0, 5],
  [3, 4, 5],
  [2, 3, 2, 3],
];
const ordinary = (n: number, seed: number): Float32Array => random(n, 1 + seed);
const hostile = [0, -0, 1e-38, 1e-42, 1e4, -3, 0.25];
const wild = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => hostile[(i * 5 + seed) % hostile.length]);
const notFinite = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => [1, NaN, -2, Infinity, -Infinity][(i + seed) % 5]);

/** Parameters and all state after a few steps; views begin at odd offsets. */
function taken(make: () => Optimizer, choice: never, gradientOf: typeof wild): Float32Array[] {
  const tensors = shapes.map((shape, i) => {
    const view = new Float32Array(sizeOf(shape) + 1).subarray(1);
    view.set(random(view.length, 7 + i));
    return { shape, data: view };
  });
  const name = (i: number): string => `w${i}`;
  const bound = make().bind(Object.fromEntries(tensors.map((t, i) => [name(i), t])), { backend: choice });
  for (let t = 0; t < 4; t++) {
    const gradients = shapes.map((shape, i) => gradientOf(sizeOf(shape), i + t));
    const kept = gradients.map((gradient) => gradient.slice());
    bound.step(Object.fromEntries(gradients.map((gradient, i) => [name(i), gradient])));
    gradients.forEach((gradient, i) => {
      expectSameBits(gradient, kept[i], 'the gradient');
    });
  }
  const states = Object.values(bound.stateDict()).filter((x) => typeof x !== 'number') as Float32Array[];
  return [...tensors.map(({ data: values }) => values), ...states];
}

describe.each(Object.entries(rules))('%s', (name, make) => {
  it.each([
    ['ordinary', ordinary],
    ['extreme', wild],
    ['not finite', notFinite],
  ] as const)(
    'has the same bits on every backend with gradients that are %s',
    (kind, gradientOf) => {
      const [first, ...others] = backends().map(
        ({ label, choice }) => [label, taken(make, choice, gradientOf)] as const,
      );
      for (const [label, arrays] of others) {
        arrays.forEach((array, i) => {
          expectSameBits(array, first[1][i], `${label}: ${i}`);
        });
      }
      if (kind === 'ordinary') for (const array of first[1]) expect(array.every(Number.isFinite)).toBe(true);
    },
    120_000,
  );

  it('trains a network natively as on the reference path, and as bare arrays', async () => {
    const [x, y] = [random(7 * 40, 3), random(3 * 40, 4)];
    const build = (backend: never) => {
      const model = sequential(
        [layers.dense({ units: 45, activation: 'tanh', inputShape: [7] }), layers.dense({ units: 3 })],
        { seed: 5 },
      );
      model.compile({ optimizer: make(), loss: 'mse', backend });
      return model;
    };
    const digests: string[] = [];
    for (const { choice } of backends()) {
      const model = build(choice);
      await model.fit(x, y, { batchSize: 16, epochs: 3 });
      digests.push(model.digest());
    }
    expect(new Set(digests).size).toBe(1);

    const model = build('reference' as never);
    const bare = Object.fromEntries(
      Object.entries(model.getWeights()).map(([name, { data: values, shape }]) => [
        name,
        { data: values.slice(), shape },
      ]),
    );
    const bound = make().bind(bare, { backend: 'reference' });
    for (let t = 0; t < 3; t++) {
      const { gradients } = model.gradients(x, y);
      bound.step(Object.fromEntries(Object.entries(gradients).map(([name, { data: values }]) => [name, values])));
      model.trainOnBatch(x, y);
      for (const [name, { data: values }] of Object.entries(model.getWeights()))
        expectSameBits(values, bare[name].data, name);
    }
  }, 120_000);

  it('goes on from a state as if nothing had happened', () => {
    const start = { w: { data: random(15, 1), shape: [5, 3] }, b: random(4, 2) };
    const other = { w: { data: start.w.data.slice(), shape: [5, 3] }, b: start.b.slice() };
    const bound = make().bind(start);
    const gradients = (t: number) => ({ w: random(15, 10 + t), b: random(4, 20 + t) });
    for (let t = 0; t < 3; t++) bound.step(gradients(t));
    other.w.data.set(start.w.data);
    other.b.set(start.b);
    const again = make().bind(other);
    again.loadStateDict(bound.stateDict());
    for (let t = 3; t < 7; t++) {
      bound.step(gradients(t));
      again.step(gradients(t));
    }
    expectSameBits(other.w.data, start.w.data);
    expectSameBits(other.b, start.b);
    expect(again.stateDict()).toEqual(bound.stateDict());
  });

  it('learns', () => {
    const w = { data: random(12, 9), shape: [4, 3] };
    const target = random(12, 10);
    const bound = make().bind({ w });
    // Factors that are summed up make steps ever shorter.
    bound.learningRate = name === 'shampoo' ? 0.5 : 0.02;
    const loss = () => w.data.reduce((sum, x, i) => sum + (x - target[i]) ** 2, 0);
    const before = loss();
    for (let t = 0; t < 200; t++) bound.step({ w: w.data.map((x, i) => x - target[i]) });
    expect(loss()).toBeLessThan(before / 10);
  });
});

describe('muon', () => {
  it('moves by a matrix whose singular values are near 1', () => {
    const w = { data: new Float32Array(20), shape: [5, 4] };
    muon({
      learningRate: 1,
      weightDecay: 0,
      adjustLrFn: 'spectral_unclamped',
      nsSteps: 30,
      nsCoefficients: [1.5, -0.5, 0],
    })
      .bind({ w })
      .step({ w: random(20, 3) });
    const gram = new Float32Array(16);
    kernels('reference').gemm({ m: 4, n: 4, k: 5, a: w.data, b: w.data, c: gram, transposeA: true });
    // √(5 / 4) is what the step is multiplied by.
    gram.forEach((x, i) => {
      expect(Math.abs(x - (i % 5 === 0 ? 1.25 : 0))).toBeLessThan(1e-5);
    });
  });

  it('leaves what is no matrix to AdamW', () => {
    const b = random(7, 1);
    const own = b.slice();
    const conv = { data: random(8, 2), shape: [2, 2, 2] };
    const bound = muon({ learningRate: 0.1, adamLearningRate: 0.01 }).bind({ b, conv });
    const alone = adamw({ learningRate: 0.01 }).bind({ b: own });
    for (let t = 0; t < 3; t++) {
      bound.step({ b: random(7, t), conv: random(8, t) });
      alone.step({ b: random(7, t) });
    }
    expectSameBits(b, own);
    expect(Object.keys(bound.stateDict()).sort()).toEqual([
      ...['b.expAvg', 'b.expAvgSq', 'b.step'],
      ...['conv.expAvg', 'conv.expAvgSq', 'conv.step'],
    ]);
  });

  it('can be maximized, clipped and divided in groups', () => {
    const matrix = () => ({ data: random(6, 5), shape: [2, 3] });
    const [up, down, clipped, grouped] = [matrix(), matrix(), matrix(), matrix()];
    const gradient = random(6, 6);
    const options = { learningRate: 0.1, weightDecay: 0 };
    muon({ ...options, maximize: true })
      .bind({ up })
      .step({ up: gradient });
    muon(options).bind({ down }).step({ down: gradient });
    up.data.forEach((x, i) => {
      const start = matrix().data[i];
      expect(x - start).toBeCloseTo(start - down.data[i], 6);
    });
    muon({ ...options, clipNorm: 1e-3 })
      .bind({ clipped })
      .step({ clipped: gradient });
    // Its step does not depend on the length of the gradient.
    clipped.data.forEach((x, i) => {
      expect(x).toBeCloseTo(down.data[i], 4);
    });
    const plain = matrix();
    const bound = muon({ ...options, groups: [{ match: ['plain'], optimizer: sgd({ learningRate: 1 }) }] });
    bound.bind({ grouped, plain }).step({ grouped: gradient, plain: gradient });
    expectSameBits(grouped.data, down.data);
    expectSameBits(
      plain.data,
      matrix().data.map((x, i) => x - gradient[i]),
    );
  });

  it('goes with windows of batches, skipped steps and averages of weights', async () => {
    const options = { skipNonFinite: true, gradientAccumulationSteps: 2, ema: 0.9, clipNorm: 1 };
    for (const create of [muon, shampoo, soap]) {
      const digests: string[] = [];
      for (const { choice } of backends()) {
        const model = sequential([layers.dense({ units: 9, inputShape: [5] }), layers.dense({ units: 2 })], {
          seed: 2,
        });
        model.compile({ optimizer: create(options), loss: 'mse', backend: choice });
        await model.fit(random(5 * 40, 3), random(2 * 40, 4), { batchSize: 8, epochs: 2 });
        digests.push(model.digest());
        expect(Object.values(model.getWeights()).every(({ data }) => data.every(Number.isFinite))).toBe(true);
      }
      expect(new Set(digests).size).toBe(1);
    }
  });

  it('follows a learning rate that is set, with AdamW as well', () => {
    const b = Float32Array.of(1);
    const bound = muon({ adamWeightDecay: 0 }).bind({ b });
    bound.learningRate = 0;
    bound.step({ b: Float32Array.of(3) });
    expect(b[0]).toBe(1);
  });

  it('refuses options and shapes in words', () => {
    const bad = (options: object) => thrown(() => muon(options));
    expect(bad({ momentum: 1 })).toBe('ERR_PLUMMET_OPTION muon: momentum must be in [0, 1), got 1');
    expect(bad({ nsSteps: 2.5 })).toMatch(/nsSteps must be a whole number in \[0, 99\], got 2.5/);
    expect(bad({ nsSteps: 100 })).toMatch(/nsSteps must be in \[0, 99\], got 100/);
    expect(bad({ nsCoefficients: [1, 2] })).toMatch(/nsCoefficients must be an array of three numbers/);
    expect(bad({ nsCoefficients: [1, 2, NaN] })).toMatch(/nsCoefficients\[2\]/);
    expect(bad({ rmsRate: 0.2 })).toMatch(/rmsRate is no option of the convention 'torch', which has adjustLrFn/);
    expect(bad({ convention: 'keras', adjustLrFn: null })).toMatch(/adjustLrFn is no option/);
    expect(bad({ adjustLrFn: 'match_rms' })).toMatch(/adjustLrFn must be one of the known names.*match_rms_adamw/);
    expect(bad({ adamLearningRate: -1 })).toMatch(/adamLearningRate must be a finite number of at least 0, got -1/);
    expect(thrown(() => muon({ adamw: false }).bind({ b: new Float32Array(3) }))).toMatch(
      /^ERR_PLUMMET_SHAPE muon: "b" of shape \[3\] is no matrix, and muon needs a matrix where adamw is false/,
    );
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    expect(thrown(() => model.compile({ optimizer: muon({ adamw: false }), loss: 'mse' }))).toMatch(
      /"dense.bias" of shape \[2\] is no matrix/,
    );
  });
});

describe('shampoo and soap', () => {
  it.each([
    ['shampoo', shampoo],
    ['soap', soap],
  ] as const)('%s refuses options and shapes in words', (name, create) => {
    const bad = (options: object) => thrown(() => create(options));
    expect(bad({ beta1: 1 })).toBe(`ERR_PLUMMET_OPTION ${name}: beta1 must be in [0, 1), got 1`);
    expect(bad({ preconditionFrequency: 0 })).toMatch(/preconditionFrequency must be .* at least 1, got 0/);
    expect(bad({ maxPreconditionDim: 1.5 })).toMatch(/maxPreconditionDim must be .*, got 1.5/);
    expect(bad({ epsilon: -1 })).toMatch(/epsilon must be a finite number of at least 0, got -1/);
    const w = { data: new Float32Array(1), shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] };
    expect(thrown(() => create().bind({ w }))).toMatch(
      new RegExp(`^ERR_PLUMMET_SHAPE ${name}: "w" has 9 dimensions, at most 8 can be updated`),
    );
  });

  it('shampoo multiplies a tensor of three axes along each of them', () => {
    const shape = [2, 3, 4];
    const w = { data: new Float32Array(24), shape };
    const gradient = random(24, 3);
    const bound = shampoo({ learningRate: 1, beta1: 0, epsilon: 0.1 }).bind({ w }, { backend: 'reference' });
    bound.step({ w: gradient });
    const roots = [0, 1, 2].map((a) => bound.stateDict()[`w.inverseRoot${a}`] as Float32Array);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 4; k++) {
          let wanted = 0;
          for (let n = 0; n < 24; n++) {
            const [p, q, r] = [Math.floor(n / 12), Math.floor(n / 4) % 3, n % 4];
            wanted += roots[0][2 * i + p] * roots[1][3 * j + q] * roots[2][4 * k + r] * gradient[n];
          }
          expect(w.data[12 * i + 4 * j + k]).toBeCloseTo(-wanted, 4);
        }
      }
    }
    // Of the factors: (L + ε)^(−1/6), so its sixth power times L + ε is the unit matrix.
    const factor = bound.stateDict()['w.preconditioner1'] as Float32Array;
    const shifted = factor.map((x, i) => x + (i % 4 === 0 ? 0.1 : 0));
    expectUnit([...Array<Float32Array>(6).fill(roots[1]), shifted], 3, 1e-4);
  });
});

/** Checks that the product of symmetric matrices is the unit matrix. */
function expectUnit(factors: readonly Float32Array[], n: number, limit: number): void {
  let all = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (const factor of factors) {
    const last = all;
    all = all.map((_, at) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += last[Math.floor(at / n) * n + k] * factor[k * n + (at % n)];
      return sum;
    });
  }
  all.forEach((x, i) => {
    expect(Math.abs(x - (i % (n + 1) === 0 ? 1 : 0)), `${i}`).toBeLessThan(limit);
  });
}

/** Aᵀ A of a matrix of `rows` rows. */
function gramOf(rows: number, n: number, seed: number): Float32Array {
  const out = new Float32Array(n * n);
  const a = random(rows * n, seed);
  kernels('reference').gemm({ m: n, n, k: rows, a, b: a, c: out, transposeA: true });
  return out;
}

describe('roots and bases', () => {
  const roomOf = (n: number) => new Float32Array(4 * n * n + 8 * n + 2);
  const run = kernels('reference').run;

  it.each([1, 2, 3, 10, 33])('the inverse root of %i rows is what it says', (n) => {
    for (const order of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const factor = gramOf(2 * n, n, n);
      const root = new Float32Array(n * n);
      run('inverseRoot', [factor, root, roomOf(n), Float32Array.of(1, 0.5, 0.25)], [n, order]);
      const shifted = factor.map((x, i) => x / 0.5 + (i % (n + 1) === 0 ? 0.25 : 0));
      expectUnit([...Array<Float32Array>(2 * order).fill(root), shifted], n, 2e-3);
    }
  });

  it('takes eigenvalues that rounding has made negative for 0', () => {
    const root = new Float32Array(4);
    run('inverseRoot', [Float32Array.of(1, 0, 0, -1e-6), root, roomOf(2), Float32Array.of(1, 1, 1e-8)], [2, 1]);
    expect(root[0]).toBeCloseTo(1, 6);
    expect(root[3] / 1e4).toBeCloseTo(1, 6);
  });

  /** Columns are orthonormal, and P in that basis is diagonal but for `limit`; returns the diagonal. */
  function spectrum(factor: Float32Array, basis: Float32Array, n: number, limit: number): number[] {
    const in_ = (a: number, b: number, m: (i: number, j: number) => number): number => {
      let sum = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += basis[i * n + a] * m(i, j) * basis[j * n + b];
      return sum;
    };
    const largest = Math.max(...factor.map(Math.abs), 1e-30);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        expect(Math.abs(in_(a, b, (i, j) => (i === j ? 1 : 0)) - (a === b ? 1 : 0))).toBeLessThan(1e-6);
        if (a !== b) expect(Math.abs(in_(a, b, (i, j) => factor[i * n + j]))).toBeLessThan(limit * largest);
      }
    }
    return Array.from({ length: n }, (_, a) => in_(a, a, (i, j) => factor[i * n + j]));
  }

  const falling = (values: readonly number[], slack: number) => {
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1] + slack);
  };

  it.each([
    ['of full rank', (n: number) => gramOf(2 * n, n, 3)],
    ['of low rank', (n: number) => gramOf(Math.ceil(n / 3), n, 4)],
    ['of nothing', (n: number) => new Float32Array(n * n)],
    ['the unit matrix', (n: number) => new Float32Array(n * n).map((_, i) => (i % (n + 1) === 0 ? 1 : 0))],
  ])('a basis %s is orthonormal, at first and renewed', (_, make) => {
    for (const n of [1, 2, 3, 9, 20]) {
      const factor = make(n);
      const basis = new Float32Array(n * n);
      const order = new Float32Array(n);
      run('eigenbasis', [factor, basis, order, roomOf(n), Float32Array.of(1)], [n]);
      falling(spectrum(factor, basis, n, 1e-5), 1e-4);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from(order.keys()));
      for (let t = 0; t < 3; t++) run('eigenbasis', [factor, basis, order, roomOf(n), Float32Array.of(2)], [n]);
      falling(spectrum(factor, basis, n, 1e-5), 1e-4);
    }
  });

  it('a basis that is renewed turns towards the eigenvectors', () => {
    const n = 6;
    const factor = gramOf(12, n, 8);
    const basis = new Float32Array(n * n).map((_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const order = new Float32Array(n);
    for (let t = 0; t < 300; t++) run('eigenbasis', [factor, basis, order, roomOf(n), Float32Array.of(2)], [n]);
    falling(spectrum(factor, basis, n, 1e-4), 1e-4);
  });

  it('an order that is none leaves values where they are', () => {
    const values = Float32Array.of(1, 2, 3);
    run('reorder', [values, Float32Array.of(2, NaN, 7), new Float32Array(3), Float32Array.of(2)], [1, 3, 1]);
    expect(Array.from(values)).toEqual([3, 2, 3]);
  });
});
