/** Every optimizer has the same bits in parameters and all state on every instruction set, with 1 to 3 threads. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { optimizers } from '#src/index.js';
import { loadAddon } from '#src/kernels/native.js';
import { type Optimizer, optimizerNames } from '#src/optimizers/index.js';
import { optimizerOps } from '#src/plan/optimizer-ops.js';
import { expectSameBits } from '../support/bits.ts';

const { adam, sgd } = optimizers;

const small = ['uint8', 'bfloat16'].flatMap((stateDtype) => [
  `adam { "stateDtype": "${stateDtype}", "blockSize": 64 }`,
  `adam { "stateDtype": "${stateDtype}", "amsgrad": true, "weightDecay": 0.1 }`,
  `adamw { "stateDtype": "${stateDtype}" }`,
  `adamw { "stateDtype": "${stateDtype}", "amsgrad": true }`,
  `lion { "stateDtype": "${stateDtype}" }`,
]);

/** Names with options, beside every optimizer with its defaults. */
const options = [
  'sgd { "momentum": 0.9, "dampening": 0.5, "weightDecay": 0.1, "maximize": true }',
  'sgd { "momentum": 0.9, "nesterov": true }',
  'sgd { "momentum": 0.9, "convention": "keras", "weightDecay": 0.1 }',
  'sgd { "momentum": 0.9, "nesterov": true, "convention": "keras" }',
  'adam { "amsgrad": true, "weightDecay": 0.1 }',
  'adamw { "amsgrad": true }',
  'adamw { "convention": "keras" }',
  'adabelief { "amsgrad": true, "weightDecay": 0.1 }',
  'rmsprop { "centered": true, "weightDecay": 0.1 }',
  'rmsprop { "momentum": 0.9 }',
  'rmsprop { "centered": true, "momentum": 0.9, "convention": "keras" }',
  'signum { "momentum": 0 }',
  'adan { "maxGradNorm": 0.5, "weightDecay": 0.01 }',
  'adafactor { "weightDecay": 0.01, "convention": "keras" }',
  'lamb { "weightDecay": 0.01, "convention": "keras", "epsilonRoot": 1e-8 }',
  'lars { "weightDecay": 0.01, "nesterov": true, "momentum": 0.5, "learningRate": 3 }',
  'novograd { "weightDecay": 0.01, "gradAveraging": true }',
  'sm3 { "momentum": 0.9, "beta": 0.9 }',
  'prodigy { "weightDecay": 0.01, "decoupledWeightDecay": false, "biasCorrection": true, "safeguardWarmup": true, "beta3": 0.9 }',
  'dadaptAdam { "weightDecay": 0.01, "biasCorrection": true, "d0": 0.001 }',
  'muon { "convention": "optax", "adamWeightDecay": 0.1, "weightDecay": 0.1 }',
  'muon { "convention": "keras", "nesterov": false, "nsSteps": 2 }',
  'lbfgs { "lineSearchFn": "strong_wolfe", "maxIter": 3 }',
  ...small,
];

/** The root of a matrix of 1000 rows takes the reference path many seconds. */
const limited: Partial<Record<string, object>> = {
  shampoo: { maxPreconditionDim: 70, epsilon: 1e-4 },
  soap: { maxPreconditionDim: 70, precondition1d: true, preconditionFrequency: 2 },
  lbfgs: { maxIter: 2 },
};

const factories = optimizers as unknown as Record<string, (options: object) => Optimizer>;

const kinds: [string, () => Optimizer][] = [
  ...optimizerNames.map((name): [string, () => Optimizer] => [name, () => factories[name](limited[name] ?? {})]),
  ...options.map((text): [string, () => Optimizer] => {
    const at = text.indexOf(' ');
    return [text, () => factories[text.slice(0, at)](JSON.parse(text.slice(at)))];
  }),
  [
    'switchAt',
    () => optimizers.switchAt(2, adam({ clipNorm: 1 }), optimizers.lion({ ema: 0.5 }), { skipNonFinite: true }),
  ],
  [
    'adam with much around it',
    () => adam({ centralize: true, noise: 0.1, swa: { start: 1 }, gradientAccumulationSteps: 2, lossScale: 8 }),
  ],
  ['lookahead of codes', () => optimizers.lookahead({ optimizer: adam({ stateDtype: 'uint8', blockSize: 20 }), k: 2 })],
  ['asam of sgd', () => optimizers.asam({ optimizer: sgd({ momentum: 0.9 }) })],
];

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const lengths = [0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1023];
const shapes = [...lengths.map((n) => [n]), [], [1, 5], [6, 1], [0, 5], [17, 31], [65, 7], [3, 4, 5], [2, 3, 2, 3]];
const withLong = [...shapes, [100_003]];

const finite = [0, -0, 1e-38, 1e-42, 1e4, -3, 0.25];
const wild = [...finite, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1];
/** Made once; nobody may write to them, which is looked at after each step. */
const made = new Map<string, Float32Array>();
function filled(n: number, seed: number, of: readonly number[]): Float32Array {
  const start = seed % of.length;
  const key = [n, start, of.length].join(' ');
  let array = made.get(key);
  if (!array) {
    array = new Float32Array(n);
    for (let i = 0; i < n; i++) array[i] = of[(i * 5 + start) % of.length];
    made.set(key, array);
  }
  return array;
}
const ordinary = Array.from({ length: 23 }, (_, i) => (7 * i) / 8 - 9);

/** The reference path first, then each instruction set with 1 to 3 threads. */
const isas = loadAddon().addon?.info().isas ?? [];
const backends = [
  { name: 'reference' },
  ...isas.flatMap((isa) => [1, 2, 3].map((threads) => ({ name: 'native', isa, threads }))),
];

/** Parameters, which are views at odd places of one buffer, and all state after a few steps; gradients are never written to. */
function taken(optimizer: Optimizer, backend: object, of: readonly number[], shapes: readonly (readonly number[])[]) {
  const whole = new Float32Array(shapes.reduce((sum, shape) => sum + sizeOf(shape) + 1, 1));
  let at = 1;
  const tensors = shapes.map((shape, i) => {
    const data = whole.subarray(at, at + sizeOf(shape));
    at += data.length + 1;
    data.set(filled(data.length, i, ordinary));
    return { shape, data };
  });
  const before = whole.slice();
  const bound = optimizer.bind(Object.fromEntries(tensors.entries()), { backend: backend as never });
  let loss = 0;
  for (let t = 0; t < 3; t++) {
    const gradients = shapes.map((shape, i) => filled(sizeOf(shape), i + t, of));
    const kept = gradients.map((gradient) => gradient.slice());
    const named = Object.fromEntries(gradients.entries());
    if (optimizer.ascent || optimizer.search) bound.step(() => ({ loss: loss--, gradients: named }));
    else bound.step(named);
    for (const [i, gradient] of gradients.entries()) expectSameBits(gradient, kept[i], 'a gradient');
  }
  return { before, after: whole, state: bound.stateDict() };
}

beforeAll(() => setThreadingThreshold(0));

describe.each(kinds)('%s', (_, make) => {
  it.each([
    ['ordinary', ordinary, shapes],
    ['extreme', finite, withLong],
    ['wild', wild, withLong],
  ] as const)('has the same bits on every backend, of gradients that are %s', (kind, of, shapes) => {
    const [reference, ...others] = backends.map((backend) => ({ backend, ...taken(make(), backend, of, shapes) }));
    for (const { backend, after, state } of others) {
      const label = Object.values(backend).join(' ');
      expectSameBits(after, reference.after, label);
      expect(Object.keys(state)).toEqual(Object.keys(reference.state));
      for (const [name, wanted] of Object.entries(reference.state)) {
        if (typeof wanted === 'number') expect(state[name], `${label}: ${name}`).toBe(wanted);
        else expectSameBits(state[name] as typeof wanted, wanted, `${label}: ${name}`);
      }
    }
    if (kind === 'ordinary') {
      expect(reference.after.some((x, i) => x !== reference.before[i])).toBe(true);
      expect(reference.after.every(Number.isFinite)).toBe(true);
    }
  });
});

it('takes the op of every optimizer that has one', () => {
  const taken = new Set(kinds.flatMap(([, make]) => make().parts.map(({ op }) => op as string)));
  expect(optimizerOps.map(({ name }) => name).filter((name) => !taken.has(name))).toEqual([]);
});
