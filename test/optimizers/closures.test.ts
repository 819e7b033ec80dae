/** Optimizers whose steps call a function: recorded trajectories, training, and what goes wrong. */
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { layers, optimizers, sequential } from '#src/index.js';
import type { BoundOptimizer, Optimizer } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { type Case, casesOf, compareStates, comparing, type Problem } from '../support/golden.ts';
import { evaluate } from '../support/problems.ts';
import { backends } from './backends.ts';

const { adam, asam, lbfgs, lookahead, sam, sgd } = optimizers;

type Inner = { name: 'sgd' | 'adam' } & Record<string, number | boolean>;

const makers: Readonly<Record<string, (options: Record<string, unknown>) => Optimizer>> = {
  sam: ({ optimizer, ...options }) => sam({ ...options, optimizer: innerOf(optimizer as Inner) }),
  asam: ({ optimizer, ...options }) => asam({ ...options, optimizer: innerOf(optimizer as Inner) }),
  lbfgs,
};

function innerOf({ name, ...options }: Inner): Optimizer {
  return optimizers[name](options);
}

/** Takes the steps of a case; returns how often the function was called in each. */
function followProblem(c: Case, optimizer: Optimizer, backend: never): void {
  const problem = c.problem as Problem;
  const parameters = c.params.map(({ values }) => Float32Array.from(values));
  const named = Object.fromEntries(c.params.map(({ shape }, p) => [`p${p}`, { data: parameters[p], shape }]));
  const bound = optimizer.bind(named, { backend });
  const compare = comparing(c, c.trajectory, 'trajectory');
  c.trajectory.forEach((_, step) => {
    let calls = 0;
    const loss = bound.step(() => {
      calls++;
      return evaluate(problem, parameters);
    });
    const wanted = c.losses?.[step] as number;
    expect(Math.abs(loss - wanted)).toBeLessThanOrEqual(Math.max(1e-3 * Math.abs(wanted), 1e-6));
    if (c.evaluations) expect(calls, `step ${step}`).toBe(c.evaluations[step]);
    else expect(calls).toBe(2);
    parameters.forEach((values, p) => {
      compare(step, p, values);
    });
  });
  if (Object.keys(c.state[0]).length > 0) compareStates(c, bound.stateDict());
}

beforeAll(() => setThreadingThreshold(0));

describe.each(Object.entries(makers))('%s', (name, make) => {
  const cases = casesOf(name);

  it('has the defaults of its source', () => {
    const { optimizer: _, ...defaults } = cases[0].options as Record<string, unknown>;
    const own = (optimizers as unknown as Record<string, () => Optimizer>)[name]();
    expect(own.options).toMatchObject(defaults);
  });

  it.each(cases.flatMap((c) => backends().map(({ label, choice }) => ({ name: c.name, label, choice, c }))))(
    '$name on $label',
    ({ c, choice }) => followProblem(c, make(c.options), choice),
  );
});

const kinds: [string, () => Optimizer][] = [
  ['sam', () => sam({ optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }), rho: 0.1 })],
  ['asam', () => asam({ optimizer: adam({ learningRate: 0.01, clipNorm: 0.5 }), rho: 1 })],
  ['sam of lookahead', () => sam({ optimizer: lookahead({ optimizer: adam(), k: 2 }) })],
  ['lookahead of sam', () => lookahead({ optimizer: sam({ optimizer: adam(), adaptive: true }), k: 2 })],
  [
    'sam with groups',
    () =>
      sam({
        optimizer: adam({
          globalClipNorm: 0.1,
          groups: [
            { match: /bias$/, optimizer: sgd({ momentum: 0.5 }) },
            { match: ['dense.kernel'], frozen: true },
          ],
        }),
      }),
  ],
  ['lbfgs', () => lbfgs({ lineSearchFn: 'strong_wolfe', maxIter: 5 })],
  ['lbfgs without line search', () => lbfgs({ learningRate: 0.1, maxIter: 3, historySize: 2 })],
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
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer, loss, metrics: ['accuracy'], ...(backend ? { backend } : {}) });
  return model;
}

describe.each(kinds)('%s', (label, make) => {
  it('trains a model to one digest on every backend, and however fit is divided', async () => {
    const results = await Promise.all(
      backends().map(async ({ choice }, i) => {
        const model = modelOn(make(), choice);
        const options = { batchSize: 16, validationData: [x, y] as const };
        const history = await model.fit(x, y, { ...options, epochs: i % 2 ? 3 : 1 } as object);
        if (i % 2) return { digest: model.digest(), losses: history.history.loss };
        const second = { ...options, epochs: 2, callbacks: i % 4 ? [{ onBatchEnd() {} }] : [] };
        const rest = await model.fit(x, y, second as object);
        return { digest: model.digest(), losses: [...history.history.loss, ...rest.history.loss] };
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[0].digest).not.toBe(modelOn(make()).digest());
    // A search goes by the rows of its batch alone.
    if (!label.startsWith('lbfgs')) expect(results[0].losses[2]).toBeLessThan(results[0].losses[0]);
  });

  it('does to a model what it does to plain arrays, and returns what was before', () => {
    const model = modelOn(make());
    const other = modelOn('sgd' as never);
    const weights = model.getWeights();
    let bound = make().bind(weights);
    for (let t = 0; t < 4; t++) {
      const before = model.gradients(x, y).loss;
      const loss = bound.step(() => {
        other.setWeights(weights);
        const { loss, gradients } = other.gradients(x, y);
        return { loss, gradients: Object.fromEntries(Object.entries(gradients).map(([n, { data }]) => [n, data])) };
      });
      const logs = model.trainOnBatch(x, y);
      expect(logs.loss).toBe(before);
      expect(loss).toBe(before);
      expect(logs.accuracy).toBeGreaterThan(0);
      for (const [name, { data }] of Object.entries(model.getWeights())) {
        expectSameBits(weights[name].data, data, `${label}: ${name}, step ${t}`);
      }
      if (t === 1) {
        const state = bound.stateDict();
        bound = make().bind(weights);
        expect(bound.loadStateDict(Object.fromEntries(Object.entries(state).reverse()))).toEqual({
          missing: [],
          unexpected: [],
        });
        expect(bound.stateDict()).toEqual(state);
      }
    }
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

  it('leaves everything as it was where the function throws, in any call', () => {
    for (let failing = 1; failing <= 2; failing++) {
      const w = Float32Array.of(1, -2, 3);
      const bound = make().bind(named({ w }));
      const good = () => ({ loss: w[0] ** 2, gradients: { w: Float32Array.of(2 * w[0], 0, 1) } });
      bound.step(good);
      const before = [w.slice(), bound.stateDict()];
      let calls = 0;
      const bad = () => {
        if (++calls === failing) throw new Error('mine');
        return good();
      };
      expect(() => bound.step(bad)).toThrow('mine');
      expect([w, bound.stateDict()]).toEqual(before);
    }
  });
});

/** Groups name parameters of the model. */
const named = (parameters: Record<string, Float32Array>) => ({ ...parameters, 'dense.kernel': new Float32Array(1) });

const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

describe('functions', () => {
  const bind = (make: () => Optimizer): [Float32Array, BoundOptimizer] => {
    const w = Float32Array.of(1, 2);
    return [w, make().bind({ w })];
  };
  const g = Float32Array.of(1, 1);

  it.each([
    ['sam', sam],
    ['asam', asam],
    ['lbfgs', lbfgs],
  ] as const)('%s takes one, and nothing else', (name, make) => {
    const [, bound] = bind(make);
    expect(thrown(() => bound.step({ w: g }))).toMatch(
      new RegExp(`^ERR_PLUMMET_TYPE ${name}: step takes a function that returns \\{ loss, gradients \\}`),
    );
    for (const [result, message] of [
      [undefined, 'got undefined'],
      [1, 'got 1'],
      [Promise.resolve({}), 'got a promise; it cannot be asynchronous'],
      [{ gradients: { w: g } }, 'with a number as loss, got undefined'],
      [{ loss: 1 }, 'gradients must be an object of Float32Arrays by name, got undefined'],
      [{ loss: 1, gradients: { w: new Float32Array(3) } }, 'has 3 elements, the parameter has 2'],
      [{ loss: 1, gradients: { v: g } }, 'there is no parameter "v"'],
    ] as const) {
      expect(thrown(() => bound.step((() => result) as never))).toContain(message);
    }
  });

  it('are for those alone', () => {
    const [, bound] = bind(adam);
    expect(thrown(() => bound.step(() => ({ loss: 0, gradients: {} })))).toMatch(
      /^ERR_PLUMMET_TYPE adam: step takes gradients by name, got a function/,
    );
    const model = modelOn(sam());
    expect(thrown(() => model.applyGradients(model.gradients(x, y).gradients))).toMatch(
      /^ERR_PLUMMET_STATE applyGradients: sam needs gradients in more than one place/,
    );
    for (const make of [sam, lbfgs]) {
      expect(thrown(() => adam({ groups: [{ match: ['w'], optimizer: make() }] }))).toContain(
        'is for all parameters together; it cannot be the optimizer of a group',
      );
    }
  });

  it('cannot have the Hessian updated in the middle of a step', () => {
    const w = Float32Array.of(1, 2);
    const bound = sam({ optimizer: optimizers.sophiaG() }).bind({ w });
    const closure = () => {
      bound.updateHessian({ w: g });
      return { loss: 0, gradients: { w: g } };
    };
    expect(thrown(() => bound.step(closure))).toMatch(/^ERR_PLUMMET_BUSY sam: updateHessian/);
    expect(w).toEqual(Float32Array.of(1, 2));
  });

  it.each([
    ['sam', sam],
    ['lbfgs', lbfgs],
  ] as const)('of %s cannot call its optimizer, nor take its memory away', (_, make) => {
    const [w, bound] = bind(make);
    for (const act of [
      () => bound.stateDict(),
      () => bound.averaged(),
      () => bound.loadStateDict({}),
      () => bound.step(() => ({ loss: 0, gradients: { w: g } })),
    ]) {
      const closure = () => {
        act();
        return { loss: 0, gradients: { w: g } };
      };
      expect(thrown(() => bound.step(closure))).toMatch(/^ERR_PLUMMET_BUSY /);
      expect(w).toEqual(Float32Array.of(1, 2));
    }
    expect(
      thrown(() =>
        bound.step(() => {
          structuredClone(w.buffer, { transfer: [w.buffer as ArrayBuffer] });
          return { loss: 1, gradients: { w: g } };
        }),
      ),
    ).toMatch(/^ERR_PLUMMET_DETACHED /);
  });
});

describe('sam', () => {
  it.each([
    [{ rho: 0 }, 'sam: rho must be a finite number greater than 0, got 0'],
    [{ epsilon: -1 }, 'sam: epsilon must be a finite number of at least 0, got -1'],
    [{ eta: -1 }, 'sam: eta must be a finite number of at least 0, got -1'],
    [{ adaptive: 1 }, 'sam: adaptive must be true or false, got 1'],
    [{ optimizer: asam() }, 'sam: the optimizer inside is sharpness-aware already: asam'],
    [{ optimizer: lbfgs() }, 'sam: optimizer must take steps by gradients, lbfgs looks for them itself'],
  ])('refuses %o', (options, message) => {
    expect(thrown(() => sam(options as never))).toBe(`ERR_PLUMMET_OPTION ${message}`);
  });

  it('goes nowhere where all gradients are zero, also without epsilon', () => {
    const w = Float32Array.of(1, 2);
    const bound = sam({ epsilon: 0 }).bind({ w });
    const seen: number[][] = [];
    bound.step(() => {
      seen.push(Array.from(w));
      return { loss: 0, gradients: { w: new Float32Array(2) } };
    });
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('moves parameters whose gradients are there, and counts their steps', () => {
    const [a, b] = [Float32Array.of(1), Float32Array.of(1)];
    const bound = sam({ optimizer: sgd({ learningRate: 1 }), rho: 0.5, epsilon: 0 }).bind({ a, b });
    const seen: number[][] = [];
    bound.step(() => {
      seen.push([a[0], b[0]]);
      return { loss: 0, gradients: { a: Float32Array.of(-3), b: undefined } };
    });
    expect(seen).toEqual([
      [1, 1],
      [0.5, 1],
    ]);
    expect([a[0], b[0]]).toEqual([4, 1]);
    expect(bound.stateDict()).toMatchObject({ 'a.step': 1, 'b.step': 0 });
  });
});

describe('lbfgs', () => {
  it.each([
    [{ maxIter: 0 }, 'lbfgs: maxIter must be an integer of at least 1, got 0'],
    [{ maxEval: 0 }, 'lbfgs: maxEval must be an integer of at least 1, got 0'],
    [{ toleranceGrad: -1 }, 'lbfgs: toleranceGrad must be a finite number of at least 0, got -1'],
    [{ toleranceChange: -1 }, 'lbfgs: toleranceChange must be a finite number of at least 0, got -1'],
    [{ historySize: 0.5 }, 'lbfgs: historySize must be an integer of at least 1, got 0.5'],
    [{ lineSearchFn: 'armijo' }, 'lbfgs: lineSearchFn must be "strong_wolfe" or null, got "armijo"'],
    [{ learningRate: -1 }, 'lbfgs: learningRate must be a finite number of at least 0, got -1'],
    [{ maximize: 1 }, 'lbfgs: maximize must be true or false, got 1'],
  ])('refuses %o', (options, message) => {
    expect(thrown(() => lbfgs(options as never))).toBe(`ERR_PLUMMET_OPTION ${message}`);
  });

  it('trains a model on all rows at once', async () => {
    const histories = await Promise.all(
      backends().map(async ({ choice }) => {
        const model = modelOn(lbfgs({ lineSearchFn: 'strong_wolfe' }), choice);
        const { history } = await model.fit(x, y, { batchSize: rows, epochs: 5 });
        return { ...(history as { loss: number[]; accuracy: number[] }), digest: model.digest() };
      }),
    );
    for (const history of histories) expect(history).toEqual(histories[0]);
    expect(histories[0].loss.every((loss, i) => i === 0 || loss < histories[0].loss[i - 1])).toBe(true);
    expect(histories[0].accuracy.at(-1)).toBeGreaterThan(0.7);
  });

  const rosenbrock = { kind: 'rosenbrock' } as Problem;

  it('finds the minimum of Rosenbrock, and going up that of its negative', () => {
    for (const maximize of [false, true]) {
      const p0 = Float32Array.of(-1.25, 1);
      const bound = lbfgs({ lineSearchFn: 'strong_wolfe', maximize }).bind({ p0 });
      for (let t = 0; t < 5; t++) {
        bound.step(() => {
          const { loss, gradients } = evaluate(rosenbrock, [p0]);
          const sign = maximize ? -1 : 1;
          return { loss: sign * loss, gradients: { p0: (gradients.p0 as Float32Array).map((g) => sign * g) } };
        });
      }
      expect(p0[0]).toBeCloseTo(1, 3);
      expect(p0[1]).toBeCloseTo(1, 3);
    }
  });

  it('comes back from where the loss is no number', () => {
    const w = Float32Array.of(4);
    const bound = lbfgs({ lineSearchFn: 'strong_wolfe', learningRate: 100 }).bind({ w });
    for (let t = 0; t < 5; t++) {
      bound.step(() => ({ loss: w[0] - Math.log(w[0]), gradients: { w: Float32Array.of(1 - 1 / w[0]) } }));
    }
    expect(w[0]).toBeCloseTo(1, 4);
  });

  it('says which states do not fit', () => {
    const [a, b] = [new Float32Array(2), new Float32Array(3)];
    const bound = lbfgs({ historySize: 2 }).bind({ a, b });
    const state = bound.stateDict();
    expect(state).toMatchObject({
      'a.d': new Float32Array(2),
      'b.oldDirs': new Float32Array(0),
      'a.nIter': 0,
      'b.step': 0,
    });
    const loading = (more: object) => thrown(() => bound.loadStateDict({ ...state, ...more } as never));
    expect(loading({ 'a.d': new Float32Array(3) })).toContain('"a.d" has 3 elements, it must have 2');
    expect(loading({ 'a.oldDirs': new Float32Array(3) })).toContain('it must have 0 to 2 times 2');
    expect(loading({ 'a.oldDirs': new Float32Array(6) })).toContain('it must have 0 to 2 times 2');
    expect(loading({ 'a.oldDirs': new Float32Array(2) })).toContain('both have as many, for all parameters');
    expect(loading({ 'a.oldDirs': new Float32Array(2), 'b.oldDirs': new Float32Array(3) })).toContain(
      'oldDirs and oldStps have 1 and 0 vectors',
    );
    expect(loading({ 'a.nIter': 1 })).toContain('nIter must be the same for all parameters');
    expect(loading({ 'a.step': 1 })).toContain('step must be the same for all parameters, got 1, 0');
    expect(loading({ 'a.t': '1' })).toContain('"a.t" must be a finite number');
    expect(loading({ 'c.t': 0 })).toContain('unexpected "c.t"');
    const { 'a.t': _, ...less } = state;
    expect(thrown(() => bound.loadStateDict(less))).toContain('missing "a.t"');
    expect(bound.loadStateDict({ 'x.y': 1 }, { strict: false }).unexpected).toEqual(['x.y']);
    expect(bound.stateDict()).toEqual(state);
  });

  it('rejects a fit that is aborted within a step, which then has not been', async () => {
    const model = modelOn(lbfgs({ lineSearchFn: 'strong_wolfe', maxIter: 1000, toleranceChange: 0, toleranceGrad: 0 }));
    await model.fit(x, y, { batchSize: rows, epochs: 1, initialEpoch: 1 });
    const before = model.digest();
    const stop = new AbortController();
    const fitting = model.fit(x, y, { batchSize: rows, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 5);
    await expect(fitting).rejects.toThrow('enough');
    expect(model.digest()).toBe(before);
  });
});
