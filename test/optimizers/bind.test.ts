import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { optimizers } from '#src/index.js';
import { adam, sgd, yogi } from '#src/optimizers/index.js';
import { backends } from './backends.ts';

const thrown = (act: () => unknown): Error & { code: string } => {
  try {
    act();
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('nothing was thrown');
};
const counted = (n: number, from = 1) => Float32Array.from({ length: n }, (_, i) => (from + i) / 8);
const detach = <T extends Float32Array>(array: T): T => {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
};
const bits = (array: Float32Array | Uint8Array) => Array.from(new Uint32Array(array.slice().buffer));

// However small an array is, let all threads take part.
beforeAll(() => setThreadingThreshold(0));

describe('bind', () => {
  it('updates arrays in place, and never the gradients', () => {
    const w = new Float32Array([1, 2, 3]);
    const b = new Float32Array([4]);
    const optimizer = sgd({ learningRate: 0.5 }).bind({ w, b: { data: b, shape: [1, 1] } });
    const gradient = new Float32Array([1, -1, 0]);
    optimizer.step({ w: gradient, b: new Float32Array([2]) });
    expect(w).toEqual(new Float32Array([0.5, 2.5, 3]));
    expect(b).toEqual(new Float32Array([3]));
    expect(gradient).toEqual(new Float32Array([1, -1, 0]));
  });

  it('refuses a gradient in memory that can be resized before any parameter has moved', () => {
    const a = new Float32Array(4);
    const b = new Float32Array(4);
    const optimizer = adam().bind({ a, b });
    optimizer.step({ a: counted(4) });
    const before = [a.slice(), optimizer.stateDict()];
    const growing = new Float32Array(new ArrayBuffer(16, { maxByteLength: 32 }));
    // They are at different steps, so each is moved by a call of its own.
    expect(thrown(() => optimizer.step({ a: counted(4), b: growing })).code).toBe('ERR_PLUMMET_TYPE');
    expect([a, optimizer.stateDict()]).toEqual(before);
  });

  it('has the same bits on every backend, for every offset and kind of memory', () => {
    const lengths = [0, 1, 7, 15, 16, 17, 31, 33, 64, 65, 1000];
    for (const create of [
      yogi,
      () => optimizers.switchAt(2, adam({ clipNorm: 1 }), optimizers.lion({ ema: 0.5 }), { skipNonFinite: true }),
      () => adam({ centralize: true, noise: 0.1, swa: { start: 1 }, gradientAccumulationSteps: 2, lossScale: 8 }),
      () => sgd({ momentum: 0.9, weightDecay: 0.1 }),
      () => sgd({ momentum: 0.9, nesterov: true, convention: 'keras', weightDecay: 0.1 }),
      () => adam({ amsgrad: true }),
      () => optimizers.adamw({ amsgrad: true }),
      () => optimizers.rmsprop({ momentum: 0.9, centered: true, weightDecay: 0.1 }),
    ]) {
      const results = backends().map(({ choice }) => {
        const whole = new Float32Array(lengths.reduce((a, b) => a + b) + lengths.length);
        const shared = new Float32Array(new SharedArrayBuffer(4 * 1000));
        let at = 1;
        const named: Record<string, Float32Array> = { shared };
        for (const n of lengths) {
          named[`w${n}`] = whole.subarray(at, at + n);
          at += n + 1;
        }
        for (const array of Object.values(named)) array.set(counted(array.length));
        const optimizer = create().bind(named, { backend: choice });
        for (let t = 0; t < 3; t++) {
          const gradients = Object.entries(named).map(([name, { length }]) => [name, counted(length, -3 - t)]);
          optimizer.step(Object.fromEntries(gradients));
        }
        const states = Object.values(optimizer.stateDict()).flatMap((x) => (typeof x === 'number' ? [x] : bits(x)));
        return [bits(whole), bits(shared), states];
      });
      for (const result of results) expect(result).toEqual(results[0]);
      expect(results[0][0]).not.toEqual(bits(new Float32Array(results[0][0].length)));
    }
  });

  it('takes any of the parameters at each step, and keeps no gradient', () => {
    const names = ['a', 'b', 'empty', 'c'];
    const make = () =>
      Object.fromEntries(names.map((name, i) => [name, name === 'empty' ? new Float32Array(0) : counted(3 + i)]));
    const [together, apart] = [make(), make()];
    const one = adam().bind(together);
    const each = Object.fromEntries(names.map((name) => [name, adam().bind({ [name]: apart[name] })]));
    for (const chosen of [names, ['a', 'c'], ['a', 'c'], ['c', 'a'], [], ['empty'], ['b'], names, names]) {
      const gradients = Object.fromEntries(chosen.map((name) => [name, counted(together[name].length)]));
      one.step(gradients);
      for (const name of chosen) each[name].step({ [name]: gradients[name] });
    }
    for (const name of names) {
      expect(bits(together[name])).toEqual(bits(apart[name]));
      expect(one.stateDict()[`${name}.step`]).toBe(each[name].stateDict()[`${name}.step`]);
    }
  });

  it('counts steps for each parameter', () => {
    const a = new Float32Array([1]);
    const b = new Float32Array([1]);
    const both = adam().bind({ a, b });
    const g = () => new Float32Array([0.5]);
    both.step({ a: g() });
    both.step({ a: g(), b: g() });
    both.step({ b: undefined, a: g() });
    expect(both.stateDict()).toMatchObject({ 'a.step': 3, 'b.step': 1 });
    const alone = new Float32Array([1]);
    adam().bind({ alone }).step({ alone: g() });
    expect(bits(b)).toEqual(bits(alone));
  });

  it('saves and restores: interrupted and not, the same bits', () => {
    const gradients = Array.from({ length: 6 }, (_, t) => ({
      w: counted(20, t - 9),
      b: t % 2 ? counted(3, t) : undefined,
    }));
    const run = (interrupted: boolean) => {
      const w = counted(20);
      const b = counted(3);
      let optimizer = adam({ amsgrad: true }).bind({ w, b });
      gradients.forEach((g, t) => {
        if (interrupted && t === 3) {
          const saved = optimizer.stateDict();
          optimizer = adam({ amsgrad: true }).bind({ w, b });
          optimizer.loadStateDict(Object.fromEntries(Object.entries(saved).reverse()));
        }
        optimizer.step(g);
      });
      return [bits(w), bits(b)];
    };
    expect(run(true)).toEqual(run(false));
  });

  it('gives copies of its state and takes copies', () => {
    const w = new Float32Array(2);
    const optimizer = sgd({ momentum: 0.5 }).bind({ w });
    optimizer.step({ w: new Float32Array([1, 2]) });
    const dict = optimizer.stateDict() as { 'w.momentumBuffer': Float32Array; 'w.step': number };
    expect(dict).toEqual({ 'w.momentumBuffer': new Float32Array([1, 2]), 'w.step': 1 });
    expect(dict['w.momentumBuffer'].buffer).toBeInstanceOf(ArrayBuffer);
    dict['w.momentumBuffer'][0] = 99;
    expect(optimizer.stateDict()).toEqual({ 'w.momentumBuffer': new Float32Array([1, 2]), 'w.step': 1 });
    optimizer.loadStateDict(dict);
    dict['w.momentumBuffer'][0] = 5;
    expect((optimizer.stateDict() as typeof dict)['w.momentumBuffer'][0]).toBe(99);
    expect(yogi().bind({ w }).stateDict()).toEqual({
      'w.expAvg': new Float32Array(2),
      'w.expAvgSq': new Float32Array([1e-6, 1e-6]),
      'w.step': 0,
    });
  });

  it('reads and sets the learning rate', () => {
    const w = new Float32Array([1]);
    const optimizer = sgd({ learningRate: 0.5 }).bind({ w });
    optimizer.learningRate = 2;
    expect(optimizer.learningRate).toBe(2);
    optimizer.step({ w: new Float32Array([1]) });
    expect(w[0]).toBe(-1);
    expect(thrown(() => Object.assign(optimizer, { learningRate: -1 })).code).toBe('ERR_PLUMMET_OPTION');
  });

  it('takes names of every kind', () => {
    const parameters = JSON.parse('{"__proto__": 0, "constructor": 0, "": 0, "a.b": 0, "1": 0}') as Record<
      string,
      unknown
    >;
    for (const name of Object.keys(parameters)) {
      Object.defineProperty(parameters, name, { value: new Float32Array(1), enumerable: true });
    }
    const optimizer = sgd({ momentum: 1, learningRate: 1 }).bind(parameters as Record<string, Float32Array>);
    const gradients = JSON.parse('{"__proto__": 0}') as Record<string, unknown>;
    Object.defineProperty(gradients, '__proto__', { value: new Float32Array([1]), enumerable: true });
    optimizer.step(gradients as Record<string, Float32Array>);
    expect((Object.getOwnPropertyDescriptor(parameters, '__proto__') as PropertyDescriptor).value[0]).toBe(-1);
    const dict = optimizer.stateDict();
    expect(Object.keys(dict)).toContain('__proto__.step');
    optimizer.loadStateDict(dict);
  });
});

describe('bind refuses', () => {
  const memory = new Float32Array(10);
  const Resizable = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;
  const growing = new Resizable(8, { maxByteLength: 16 });
  const cases: [string, unknown, string][] = [
    ['no parameters', {}, 'ERR_PLUMMET_SHAPE'],
    ['an array itself', new Float32Array(3), 'ERR_PLUMMET_TYPE'],
    ['nothing', undefined, 'ERR_PLUMMET_TYPE'],
    ['other types', { w: new Float64Array(3) }, 'ERR_PLUMMET_TYPE'],
    ['plain arrays', { w: [1, 2] }, 'ERR_PLUMMET_TYPE'],
    ['numbers', { w: 1 }, 'ERR_PLUMMET_TYPE'],
    ['what looks like an array', { w: Object.create(Float32Array.prototype) }, 'ERR_PLUMMET_TYPE'],
    ['a shape that does not fit', { w: { data: new Float32Array(3), shape: [2] } }, 'ERR_PLUMMET_SHAPE'],
    ['a missing shape', { w: { data: new Float32Array(3) } }, 'ERR_PLUMMET_TYPE'],
    ['detached memory', { w: detach(new Float32Array(3)) }, 'ERR_PLUMMET_DETACHED'],
    ['resizable memory', { w: new Float32Array(growing) }, 'ERR_PLUMMET_TYPE'],
    ['the same array twice', { a: memory, b: memory }, 'ERR_PLUMMET_OVERLAP'],
    [
      'overlapping arrays',
      { a: memory.subarray(0, 6), c: memory.subarray(8), b: memory.subarray(5, 7) },
      'ERR_PLUMMET_OVERLAP',
    ],
    [
      'getters that throw',
      {
        get w() {
          throw new Error('mine');
        },
      },
      'ERR_PLUMMET_OPTION',
    ],
  ];
  for (const [what, parameters, code] of cases) {
    it(what, () => expect(thrown(() => sgd().bind(parameters as never)).code).toBe(code));
  }

  it('unknown options and backends', () => {
    expect(thrown(() => sgd().bind({ w: memory }, { bakend: 'native' } as never)).message).toContain(
      'Did you mean "backend"?',
    );
    for (const backend of ['fast', 5, null, { name: 'fast' }, { isa: 5 }, { name: 'reference', thraeds: 1 }]) {
      expect(thrown(() => sgd().bind({ w: memory }, { backend } as never)).code).toMatch(
        /^ERR_PLUMMET_(OPTION|BACKEND|TYPE)$/,
      );
    }
  });
});

describe('step refuses, and changes nothing', () => {
  const fresh = () => {
    const memory = counted(20);
    const w = memory.subarray(0, 4);
    const b = memory.subarray(4, 6);
    return { memory, w, b, optimizer: adam().bind({ w, b }) };
  };
  const g = (n: number) => new Float32Array(n).fill(1);
  type Made = ReturnType<typeof fresh>;
  const cases: [string, (made: Made) => unknown, string, string][] = [
    [
      'an unknown name',
      () => ({ b: g(2), ww: g(4) }),
      'ERR_PLUMMET_OPTION',
      'adam: there is no parameter "ww". Did you mean "w"?',
    ],
    [
      'a wrong length',
      () => ({ b: g(2), w: g(5) }),
      'ERR_PLUMMET_SHAPE',
      'adam: the gradient of "w" has 5 elements, the parameter has 4',
    ],
    [
      'another type',
      () => ({ b: g(2), w: [1, 1, 1, 1] }),
      'ERR_PLUMMET_TYPE',
      'must be a Float32Array, got an array of 4',
    ],
    ['float64', () => ({ b: g(2), w: new Float64Array(4) }), 'ERR_PLUMMET_TYPE', 'got a Float64Array of 4'],
    ['a detached gradient', () => ({ b: g(2), w: detach(g(4)) }), 'ERR_PLUMMET_DETACHED', 'the gradient of "w"'],
    [
      'the parameter as its gradient',
      ({ w }) => ({ b: g(2), w }),
      'ERR_PLUMMET_OVERLAP',
      'shares memory with the parameter "w"',
    ],
    [
      'the memory of another',
      ({ memory }) => ({ b: g(2), w: memory.subarray(5, 9) }),
      'ERR_PLUMMET_OVERLAP',
      'the parameter "b"',
    ],
    [
      'memory that can be resized',
      () => ({ b: g(2), w: new Float32Array(new ArrayBuffer(16, { maxByteLength: 64 })) }),
      'ERR_PLUMMET_TYPE',
      'the gradient of "w" lies in memory that can be resized',
    ],
    [
      'a gradient that lies about its length',
      () => ({ b: g(2), w: Object.defineProperty(g(3), 'length', { value: 4 }) }),
      'ERR_PLUMMET_SHAPE',
      'adam: the gradient of "w" has 3 elements, the parameter has 4',
    ],
    ['no object', () => null, 'ERR_PLUMMET_TYPE', 'gradients must be an object'],
    [
      'a getter that throws',
      () => ({
        b: g(2),
        get w() {
          throw new Error('mine');
        },
      }),
      'ERR_PLUMMET_OPTION',
      'reading it throws',
    ],
  ];
  for (const [what, gradients, code, message] of cases) {
    it(what, () => {
      const made = fresh();
      const [before, state] = [bits(made.memory), made.optimizer.stateDict()];
      const error = thrown(() => made.optimizer.step(gradients(made) as never));
      expect(error.message).toContain(message);
      expect(error.code).toBe(code);
      expect(bits(made.memory)).toEqual(before);
      expect(made.optimizer.stateDict()).toEqual(state);
    });
  }

  it('a parameter that was detached since', () => {
    const w = counted(4);
    const b = counted(2);
    const optimizer = adam().bind({ b, w });
    detach(w);
    const error = thrown(() => optimizer.step({ b: g(2), w: g(4) }));
    expect(error.code).toBe('ERR_PLUMMET_DETACHED');
    expect(b).toEqual(counted(2));
    expect(optimizer.stateDict()['b.step']).toBe(0);
    const late = counted(4);
    const sly = adam().bind({ late });
    expect(
      thrown(() =>
        sly.step({
          get late() {
            detach(late);
            return g(4);
          },
        }),
      ).code,
    ).toBe('ERR_PLUMMET_DETACHED');
  });

  it('gradients beside a parameter in the same memory are fine', () => {
    const { memory, w, optimizer } = fresh();
    optimizer.step({ w: memory.subarray(6, 10) });
    expect(w).not.toEqual(counted(4));
  });
});

describe('loadStateDict refuses, and changes nothing', () => {
  const dict = (): Record<string, Float32Array | number> => ({
    'w.expAvg': new Float32Array(2),
    'w.expAvgSq': new Float32Array(2),
    'w.step': 3,
  });
  const cases: [string, (d: Record<string, unknown>) => unknown, string, string][] = [
    ['missing names', ({ 'w.step': _, ...d }) => d, 'ERR_PLUMMET_STATE', 'missing "w.step"'],
    ['unexpected names', (d) => ({ ...d, 'v.step': 1, 'w.x': 2 }), 'ERR_PLUMMET_STATE', 'unexpected "v.step", "w.x"'],
    [
      'wrong lengths',
      (d) => ({ ...d, 'w.expAvgSq': new Float32Array(3) }),
      'ERR_PLUMMET_SHAPE',
      '"w.expAvgSq" has 3 elements, it must have 2',
    ],
    ['wrong types', (d) => ({ ...d, 'w.expAvgSq': [0, 0] }), 'ERR_PLUMMET_TYPE', '"w.expAvgSq" must be a Float32Array'],
    [
      'negative steps',
      (d) => ({ ...d, 'w.step': -1 }),
      'ERR_PLUMMET_OPTION',
      '"w.step" must be an integer of at least 0, got -1',
    ],
    ['fractions of steps', (d) => ({ ...d, 'w.step': 1.5 }), 'ERR_PLUMMET_OPTION', 'got 1.5'],
    ['nothing', () => undefined, 'ERR_PLUMMET_TYPE', 'the state must be an object'],
  ];
  for (const [what, change, code, message] of cases) {
    it(what, () => {
      const optimizer = adam().bind({ w: new Float32Array(2) });
      optimizer.step({ w: new Float32Array([1, 2]) });
      const before = optimizer.stateDict();
      const error = thrown(() => optimizer.loadStateDict(change(dict()) as never));
      expect(error.message).toContain(message);
      expect(error.code).toBe(code);
      expect(optimizer.stateDict()).toEqual(before);
    });
  }
});

describe('numbers that go with a step', () => {
  it('are in the state, and schedule-free goes on from them where the rate was set by hand', () => {
    for (const create of [optimizers.scheduleFreeSGD, optimizers.scheduleFreeAdamW]) {
      const w = counted(5);
      const first = create({ learningRate: 0.5 }).bind({ w });
      for (let i = 0; i < 5; i++) first.step({ w: counted(5, i) });
      first.learningRate = 1;
      for (let i = 0; i < 5; i++) first.step({ w: counted(5, i) });
      const saved = first.stateDict();
      expect(saved).toMatchObject({ 'w.lrMax': 1, 'w.weightSum': 5 * 0.25 + 5 });
      const other = w.slice();
      const second = create({ learningRate: 1 }).bind({ w: other });
      second.loadStateDict(saved);
      expect(second.stateDict()).toEqual(saved);
      for (const each of [first, second]) each.step({ w: counted(5, 3) });
      expect(other).toEqual(w);
      expect(second.stateDict()).toEqual(first.stateDict());
    }
  });

  it('may be missing from a state, and must be numbers', () => {
    const optimizer = optimizers.nadam().bind({ w: counted(2) });
    optimizer.step({ w: counted(2) });
    const { 'w.muProduct': product, ...older } = optimizer.stateDict();
    expect(product).toBe(0.9 * (1 - 0.5 * 0.96 ** 0.004));
    expect(optimizer.loadStateDict(older)).toEqual({ missing: [], unexpected: [] });
    const wrong = { ...older, 'w.muProduct': -1 };
    expect(thrown(() => optimizer.loadStateDict(wrong)).message).toContain('"w.muProduct" must be');
  });
});
