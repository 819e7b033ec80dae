/** Whatever is passed to the small public functions: they work, or throw an error of ours. */
import { describe, expect, it } from 'vitest';
import { dataset, idx } from '#src/data/index.js';
import { layers, sequential } from '#src/index.js';
import { resolve as resolveInitializer } from '#src/initializers/index.js';
import * as initializers from '#src/initializers/initializers.js';
import { kernels } from '#src/kernels/index.js';
import { resolve as resolveOptimizer } from '#src/optimizers/index.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { tensor } from '#src/tensor.js';

const fail = () => {
  throw new Error('mine');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const detached = new Float32Array(4);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const traps = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };

const hostile: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['-1', -1],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['2^53', 2 ** 53],
  ['a bigint', 2n ** 70n],
  ['a string', 'x'],
  ['an empty string', ''],
  ['a symbol', Symbol('s')],
  ['a function', fail],
  ['an object', {}],
  ['an object without a prototype', Object.create(null)],
  ['a list of lists', [[], []]],
  ['a sparse list', new Array(3)],
  ['a list of anything', [{}, Symbol('s'), 1n]],
  ['a date', new Date(Number.NaN)],
  ['a promise', Promise.resolve()],
  ['a map', new Map([[1, 2]])],
  ['what looks like a layer', { build: () => undefined, lower: () => undefined }],
  ['what looks like a loss', { op: 'x', activation: null }],
  ['a data view', new DataView(new ArrayBuffer(4))],
  ['bigints', new BigInt64Array(3)],
  ['a detached array', detached],
  ['a revoked proxy', revoked.proxy],
  ['a proxy that throws', new Proxy({}, traps)],
  ['a list that throws', new Proxy([], traps)],
  ['a list without end', Object.assign([], { length: 2 ** 32 - 1 })],
  ['something that cannot be printed', { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }],
  [
    'getters that throw',
    {
      get x() {
        return fail();
      },
      get w() {
        return fail();
      },
      get data() {
        return fail();
      },
    },
  ],
];

const w = new Float32Array(2);
const bound = optimizers.adam().bind({ w });
const adamOf = (options: object) => optimizers.adam(options);
const model = () => sequential([layers.dense({ units: 2, inputShape: [2] })]);
const compiled = () => {
  const made = model();
  made.compile({ optimizer: optimizers.adam({ ema: 0.9 }), loss: 'mse' });
  return made;
};
const calls: Record<string, (value: never) => unknown> = {
  'tensor data': (value) => tensor(value, [1]),
  'tensor shape': (value) => tensor(w, value),
  dataset,
  'dataset x': (value) => dataset({ x: value, columns: 2 }),
  'dataset y': (value) => dataset({ x: w, columns: 2, y: value }),
  'dataset columns': (value) => dataset({ x: w, columns: value }),
  'dataset divisor': (value) => dataset({ x: new Uint8Array(2), columns: 2, divisor: value }),
  'dataset scale': (value) => dataset({ x: new Uint8Array(2), columns: 2, scale: value }),
  idx,
  'resolve an optimizer': resolveOptimizer,
  'resolve an initializer': resolveInitializer,
  bind: (value) => optimizers.adam().bind(value),
  kernels: (value) => kernels('reference').run('softmax', value, [1, 5, 16]),
  'kernels dims': (value) => kernels('reference').run('softmax', [w, w], value),
  layers: (value) => sequential(value),
  'a layer': (value) => sequential([value]),
  'a layer behind another': (value) => sequential([layers.dense({ units: 2, inputShape: [2] }), value]),
  'dense inputShape': (value) => layers.dense({ units: 2, inputShape: value }),
  compile: (value) => model().compile(value),
  'compile loss': (value) => model().compile({ optimizer: 'sgd', loss: value }),
  'compile metrics': (value) => model().compile({ optimizer: 'sgd', loss: 'mse', metrics: value }),
  'compile a metric': (value) => model().compile({ optimizer: 'sgd', loss: 'mse', metrics: [value] }),
  setWeights: (value) => model().setWeights(value),
  'bind a parameter': (value) => optimizers.adam().bind({ w: value }),
  'bind options': (value) => optimizers.adam().bind({ w }, value),
  'bind backend': (value) => optimizers.adam().bind({ w }, { backend: value }),
  step: (value) => bound.step(value),
  'step gradient': (value) => bound.step({ w: value }),
  loadStateDict: (value) => bound.loadStateDict(value),
  'loadStateDict step': (value) => bound.loadStateDict({ ...bound.stateDict(), 'w.step': value }),
  'loadStateDict state': (value) => bound.loadStateDict({ ...bound.stateDict(), 'w.expAvg': value }),
  learningRate: (value) => {
    bound.learningRate = value;
    bound.learningRate = 1e-3;
  },
  ...optimizers,
  switchAt: (value) => optimizers.switchAt(value, value, value, value),
  'switchAt step': (value) => optimizers.switchAt(value, adamOf({}), adamOf({})),
  'switchAt first': (value) => optimizers.switchAt(1, value, adamOf({})),
  'switchAt options': (value) => optimizers.switchAt(1, adamOf({}), adamOf({}), value),
  ...Object.fromEntries(
    ['skipNonFinite', 'gradientAccumulationSteps', 'lossScale', 'ema', 'swa', 'noise', 'centralize'].map((name) => [
      `adam ${name}`,
      (value: never) => adamOf({ [name]: value }),
    ]),
  ),
  'predictSync options': (value) => compiled().predictSync([[1, 2]], value),
  'predictSync averaged': (value) => compiled().predictSync([[1, 2]], { averaged: value }),
  'getWeights averaged': (value) => compiled().getWeights({ averaged: value }),
  'model.loadStateDict': (value) => compiled().loadStateDict(value),
  'model.loadStateDict step': (value) => compiled().loadStateDict({ 'dense.kernel.step': value }, { strict: false }),
  'model.loadStateDict version': (value) => compiled().loadStateDict({ version: value }, { strict: false }),
  'layer.trainable': (value) => Object.assign(compiled().layers[0], { trainable: value }),
  ...initializers,
  'adam beta1': (value) => optimizers.adam({ beta1: value }),
  'sgd nesterov': (value) => optimizers.sgd({ nesterov: value }),
  'yogi epsilon': (value) => optimizers.yogi({ epsilon: value }),
  'constant value': (value) => initializers.constant({ value }),
};

describe('hostile values', () => {
  for (const [name, call] of Object.entries(calls)) {
    it(name, () => {
      let refused = 0;
      for (const [what, value] of hostile) {
        try {
          call(value as never);
        } catch (error) {
          refused++;
          expect((error as { code?: string }).code, `${what}: ${(error as Error).message}`).toMatch(/^ERR_PLUMMET_/);
          expect((error as Error).message.length, what).toBeGreaterThan(20);
        }
      }
      // Factories without options take no notice of what is passed.
      if ((call as { length: number }).length > 0) expect(refused).toBeGreaterThan(hostile.length / 2);
    });
  }

  it('change nothing', () => {
    expect(w).toEqual(new Float32Array(2));
    expect(bound.stateDict()).toEqual({
      'w.expAvg': new Float32Array(2),
      'w.expAvgSq': new Float32Array(2),
      'w.step': 0,
    });
    expect(bound.learningRate).toBe(1e-3);
  });
});

it('numbers in the place of names are refused as a whole', () => {
  const numbers = new Int32Array(1000);
  const wrong = expect.objectContaining({ message: expect.stringMatching(/object.*got an Int32Array of 1000/) });
  expect(() => adamOf(numbers)).toThrow(wrong);
  expect(() => model().setWeights(numbers as never)).toThrow(wrong);
  expect(() => bound.step(numbers as never)).toThrow(wrong);
});

describe('sizes beyond all memory', () => {
  for (const units of [2 ** 31, Number.MAX_SAFE_INTEGER]) {
    it(`${units} units`, () => {
      const huge = sequential([layers.dense({ units, inputShape: [units] })]);
      expect(() => huge.getWeights()).toThrow(
        expect.objectContaining({ code: 'ERR_PLUMMET_SHAPE', message: expect.stringContaining('memory') }),
      );
    });
  }
});
