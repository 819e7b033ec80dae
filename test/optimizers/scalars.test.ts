import { describe, expect, it } from 'vitest';
import { averagingWeights } from '#src/optimizers/averaging.js';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  nadam,
  type Optimizer,
  radam,
  resolve,
  rmsprop,
  rprop,
  sgd,
  yogi,
} from '#src/optimizers/index.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { runningProduct, settledFrom } from '#src/optimizers/products.js';
import { type OpSpec, ops } from '#src/plan/ops.js';
import type { Schedule } from '#src/schedules/schedule.js';
import * as schedules from '#src/schedules/schedules.js';

const hyperOf = (optimizer: Optimizer): readonly string[] =>
  (ops as readonly OpSpec[]).find(({ name }) => name === optimizer.op)?.hyper ?? [];

/** The scalars of one step, by name. */
function scalars(optimizer: Optimizer, step: number): Record<string, number> {
  const names = hyperOf(optimizer);
  const row = new Float32Array(names.length);
  optimizer.fill(row, step, 1);
  return Object.fromEntries(names.map((name, i) => [name, row[i]]));
}
const f = Math.fround;

describe('averaging weights', () => {
  it('are those of all steps so far, however many, also after going back', () => {
    const rateAt = () => 0.5;
    const averaging = averagingWeights({ warmupSteps: 0, r: 0, weightLrPower: 2 });
    for (const steps of [3, 600_000, 599_000, 40, 600_001]) {
      for (let t = Math.max(1, steps - 5); t <= steps; t++) {
        expect(averaging.weightOf(t, 0.5, rateAt)).toEqual({ rate: 0.5, average: 0.25 / (0.25 * t) });
      }
    }
  });
});

describe('schedule-free optimizers', () => {
  it.each([
    ['scheduleFreeSGD', optimizers.scheduleFreeSGD],
    ['scheduleFreeAdamW', optimizers.scheduleFreeAdamW],
  ])('%s does not sum up weights for ever, of steps that a state pretends', (_, make) => {
    const bound = make().bind({ w: new Float32Array(1) });
    const { 'w.weightSum': __, 'w.lrMax': ___, ...state } = bound.stateDict();
    bound.loadStateDict({ ...state, 'w.step': Number.MAX_SAFE_INTEGER - 1 });
    const act = () => bound.step({ w: new Float32Array(1) });
    expect(act).toThrow('load a state with weightSum and lrMax');
    bound.loadStateDict({ ...state, 'w.step': 2 ** 40, 'w.weightSum': 2 ** 40, 'w.lrMax': 1 });
    expect(act).not.toThrow();
  });
});

describe('running products', () => {
  it('are products, whatever was asked for before', () => {
    const product = runningProduct(0.999);
    const wanted: number[] = [1];
    for (let t = 1; t <= 40000; t++) wanted.push(wanted[t - 1] * 0.999);
    for (const t of [1, 2, 3, 1024, 1023, 1025, 5000, 4999, 1, 36000, 2048, 2047])
      expect(product(t), `${t}`).toBe(wanted[t]);
  });

  it('stop when the correction is exactly 1', () => {
    for (const beta of [0, 0.5, 0.9, 0.99, 0.999, 0.9999]) {
      const settled = settledFrom(beta);
      const product = runningProduct(beta);
      expect(1 - product(settled)).toBe(1);
      expect(1 - product(settled + 1e15)).toBe(1);
      // Not much later than need be.
      if (beta > 0) expect(1 - runningProduct(beta)(Math.floor(settled * 0.95) - 4)).not.toBe(1);
    }
    expect(settledFrom(1 - 2 ** -53)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('scalars', () => {
  it('of sgd', () => {
    expect(scalars(sgd({ learningRate: 0.1, weightDecay: 0.2 }), 5)).toEqual({
      learningRate: f(0.1),
      weightDecay: f(0.2),
    });
    const momentum = sgd({ momentum: 0.9, dampening: 0.3 });
    expect(scalars(momentum, 1)).toMatchObject({ momentum: 0, oneMinusDampening: 1 });
    expect(scalars(momentum, 2)).toMatchObject({ momentum: f(0.9), oneMinusDampening: f(0.7) });
    const nesterov = sgd({ momentum: 0.9, nesterov: true });
    expect(scalars(nesterov, 1)).toMatchObject({ momentum: 0, oneMinusDampening: 1, lookahead: f(0.9) });
    expect([sgd().op, momentum.op, nesterov.op]).toEqual(['sgd', 'sgdMomentum', 'sgdNesterov']);
    expect([sgd().settledFrom, momentum.settledFrom]).toEqual([1, 2]);
  });

  it('of adam: computed in float64, rounded once', () => {
    const optimizer = adam({ learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01 });
    expect(scalars(optimizer, 3)).toEqual({
      beta1: f(0.9),
      oneMinusBeta1: f(1 - 0.9),
      beta2: f(0.999),
      oneMinusBeta2: f(1 - 0.999),
      rate: f(0.002 / (1 - 0.9 * 0.9 * 0.9)),
      rootScale: f(1 / Math.sqrt(1 - 0.999 * 0.999 * 0.999)),
      epsilon: f(1e-7),
      weightDecay: f(0.01),
    });
    expect(optimizer.op).toBe('adam');
    expect(adam({ amsgrad: true })).toMatchObject({ op: 'adamAmsgrad' });
    expect(adam({ amsgrad: true }).states.map(({ name }) => name)).toEqual(['expAvg', 'expAvgSq', 'maxExpAvgSq']);
  });

  it('of yogi: corrected only on request', () => {
    expect(scalars(yogi(), 1)).toMatchObject({ rate: f(0.01), rootScale: 1, epsilon: f(1e-3) });
    expect(yogi().settledFrom).toBe(1);
    expect(yogi({ initialAccumulatorValue: 0.5, initialMomentValue: 0.25 }).states).toEqual([
      { name: 'expAvg', initial: 0.25 },
      { name: 'expAvgSq', initial: 0.5 },
    ]);
    expect(scalars(yogi({ biasCorrection: true, learningRate: 0.1 }), 2).rate).toBe(f(0.1 / (1 - 0.9 * 0.9)));
  });

  it('of decoupled weight decay: the parameter is multiplied, with the rate of the step', () => {
    const both = { learningRate: 0.1, weightDecay: 0.25 };
    for (const optimizer of [
      adamw(both),
      adam({ ...both, decoupledWeightDecay: true }),
      adam({ ...both, convention: 'keras' }),
    ]) {
      expect(optimizer.op).toBe('adamw');
      expect(scalars(optimizer, 7).decay).toBe(f(1 - 0.1 * 0.25));
      optimizer.learningRate = 0.5;
      expect(scalars(optimizer, 7).decay).toBe(1 - 0.5 * 0.25);
    }
    expect(scalars(adam(both), 7)).toMatchObject({ weightDecay: 0.25 });
    for (const create of [adadelta, adagrad, adamax, nadam, rmsprop]) {
      expect(scalars(create(both), 7)).toMatchObject({ weightDecay: 0.25, decay: 1 });
      const keras = create({ ...both, convention: 'keras' });
      expect(scalars(keras, 7)).toMatchObject({ weightDecay: 0, decay: f(1 - 0.1 * 0.25) });
      expect(keras.options).toMatchObject({ convention: 'keras', weightDecay: 0.25 });
    }
    for (const create of [nadam, radam, yogi]) {
      const decoupled = create({ ...both, decoupledWeightDecay: true });
      expect(scalars(decoupled, 7)).toMatchObject({ weightDecay: 0, decay: f(1 - 0.1 * 0.25) });
    }
    expect(scalars(nadam({ ...both, convention: 'keras', decoupledWeightDecay: false }), 1)).toMatchObject({
      decay: 1,
    });
  });

  it.each([
    ['sgd', sgd],
    ['signum', optimizers.signum],
    ['lars', optimizers.lars],
    ['rmsprop', optimizers.rmsprop],
    ['sm3', optimizers.sm3],
    ['muon', optimizers.muon],
    ['muon of Keras', (options: object) => optimizers.muon({ ...options, convention: 'keras' })],
  ] as [string, (options: { momentum: number | Schedule }) => Optimizer][])(
    'of %s: momentum by a schedule',
    (_, make) => {
      const trained = (momentum: number | Schedule, ...then: number[]) => {
        const w = Float32Array.from({ length: 12 }, (_, i) => i / 4 - 1);
        let bound = make({ momentum }).bind({ w: { data: w, shape: [3, 4] } });
        const g = (t: number) => Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + t));
        for (let t = 0; t < 4; t++) {
          if (then[t] !== undefined) {
            const state = bound.stateDict();
            bound = make({ momentum: then[t] }).bind({ w: { data: w, shape: [3, 4] } });
            bound.loadStateDict(state);
          }
          bound.step({ w: g(t) });
        }
        return w;
      };
      expect(trained(schedules.constant({ learningRate: 0.5 }))).toEqual(trained(0.5));
      const falling = schedules.piecewise({ boundaries: [1], values: [0.875, 0.25] });
      expect(trained(falling)).toEqual(trained(0.875, 0.875, 0.875, 0.25, 0.25));
      expect(trained(falling)).not.toEqual(trained(0.875));
    },
  );

  it('of nadam: the momentum grows to beta1 as the product of its factors falls', () => {
    const optimizer = nadam({ learningRate: 0.5, beta1: 0.75, momentumDecay: 1 });
    const mu = (t: number) => 0.75 * (1 - 0.5 * 0.96 ** t);
    const product = (t: number) => Array.from({ length: t }, (_, i) => mu(i + 1)).reduce((a, b) => a * b, 1);
    for (const t of [1, 2, 3, 50]) {
      const row = scalars(optimizer, t);
      expect(row.meanRate / ((0.5 * mu(t + 1)) / (1 - product(t + 1)))).toBeCloseTo(1, 6);
      expect(row.gradientRate / ((0.5 * (1 - mu(t))) / (1 - product(t)))).toBeCloseTo(1, 6);
    }
    const still = nadam({ learningRate: 0.5, beta1: 0.75, momentumDecay: 0 });
    expect(scalars(still, 2 ** 40).meanRate).toBe(0.5 * 0.375);
    const full = nadam({ learningRate: 0.5, beta1: 0.75, momentumDecay: Number.POSITIVE_INFINITY });
    expect(scalars(full, 1).gradientRate).toBe(0.5);
    expect(scalars(full, 2 ** 40).meanRate).toBe(0.5 * 0.75);
  });

  it('of radam: rectified from step 6 on with the default decay, and never with a short one', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((t) => scalars(radam(), t).rectified)).toEqual([0, 0, 0, 0, 0, 1, 1]);
    expect(scalars(radam({ beta2: 0.6 }), 1000)).toMatchObject({ rectified: 0, rate: f(1e-3) });
    // Where nothing is left to correct, r is 1.
    expect(scalars(radam(), 2 ** 40)).toMatchObject({ rectified: 1, rate: f(1e-3), rootScale: 1 });
  });

  it('of rprop: the learning rate is the size of the first step alone', () => {
    expect(scalars(rprop({ learningRate: 0.25 }), 1)).toMatchObject({ first: 1, learningRate: 0.25 });
    expect(scalars(rprop({ learningRate: 0.25 }), 2)).toMatchObject({ first: 0, learningRate: 0 });
  });

  it('of adagrad and rmsprop: epsilon on either side of the root, the rate on either side of the buffer', () => {
    expect(scalars(adagrad({ epsilon: 0.5 }), 1)).toMatchObject({ innerEpsilon: 0, outerEpsilon: 0.5 });
    expect(scalars(adagrad({ epsilon: 0.5, convention: 'keras' }), 1)).toMatchObject({
      innerEpsilon: 0.5,
      outerEpsilon: 0,
    });
    expect(scalars(adagrad({ learningRate: 1, lrDecay: 0.5 }), 3).rate).toBe(0.5);
    expect(adagrad({ lrDecay: 0.5 }).settledFrom).toBe(Number.POSITIVE_INFINITY);
    const options = { learningRate: 0.25, momentum: 0.5 };
    expect(scalars(rmsprop(options), 1)).toMatchObject({ rate: 1, learningRate: 0.25 });
    expect(scalars(rmsprop({ ...options, convention: 'keras' }), 1)).toMatchObject({ rate: 0.25, learningRate: 1 });
    const ops = [false, true].flatMap((centered) => [0, 0.5].map((momentum) => rmsprop({ centered, momentum }).op));
    expect(ops).toEqual(['rmsprop', 'rmspropMomentum', 'rmspropCentered', 'rmspropCenteredMomentum']);
  });

  for (const optimizer of [
    sgd({ momentum: 0.9, nesterov: true }),
    adamax(),
    adamw({ convention: 'keras' }),
    nadam(),
    nadam({ momentumDecay: 1, beta1: 0.5 }),
    radam(),
    radam({ beta2: 0.6, correctedEpsilon: true }),
    rprop(),
    adam(),
    adam({ amsgrad: true, beta1: 0 }),
    yogi({ biasCorrection: true }),
  ]) {
    it(`${optimizer.op}: a table in pieces equals a table at once, and settles when it says`, () => {
      const width = hyperOf(optimizer).length;
      const whole = new Float32Array(3000 * width);
      optimizer.fill(whole, 1, 3000);
      const parts = new Float32Array(3000 * width);
      for (const [first, count] of [
        [2001, 1000],
        [1, 7],
        [8, 1993],
      ]) {
        optimizer.fill(parts.subarray((first - 1) * width), first, count);
      }
      expect(parts).toEqual(whole);
      // A row of a table beyond what was asked for stays as it was.
      const room = new Float32Array(3 * width).fill(7);
      optimizer.fill(room, 5, 1);
      expect(room.subarray(width).every((x) => x === 7)).toBe(true);
      const { settledFrom: settled } = optimizer;
      expect(scalars(optimizer, settled)).toEqual(scalars(optimizer, settled + 1));
      expect(scalars(optimizer, settled)).toEqual(scalars(optimizer, 2 ** 40));
      expect(scalars(optimizer, 1)).not.toEqual(scalars(optimizer, settled));
    });
  }

  it('follow the learning rate', () => {
    const optimizer = adam({ beta1: 0, beta2: 0 });
    expect(optimizer.learningRate).toBe(1e-3);
    optimizer.learningRate = 0.25;
    expect(scalars(optimizer, 1).rate).toBe(0.25);
    expect(optimizer.options).toMatchObject({ learningRate: 0.25, beta1: 0 });
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined]) {
      expect(() => {
        optimizer.learningRate = wrong as number;
      }).toThrow('adam: learningRate must be a finite number of at least 0');
    }
    expect(optimizer.learningRate).toBe(0.25);
  });
});

describe('options of the second half', () => {
  const cases: [() => unknown, string][] = [
    [() => optimizers.lion({ beta1: 1.5 }), 'lion: beta1 must be in [0, 1), got 1.5'],
    [() => optimizers.lion({ convention: 'optax' as never }), 'lion: convention must be one of the known names'],
    [() => optimizers.signum({ momentum: 1 }), 'signum: momentum must be in [0, 1), got 1'],
    [
      () => optimizers.adabelief({ epsilonRoot: -1 }),
      'adabelief: epsilonRoot must be a finite number of at least 0, got -1',
    ],
    [() => optimizers.adan({ beta3: 1 }), 'adan: beta3 must be in [0, 1), got 1'],
    [() => optimizers.ademamix({ tAlphaBeta3: 0 }), 'ademamix: tAlphaBeta3 must be an integer of at least 1, got 0'],
    [
      () => optimizers.ademamix({ tAlphaBeta3: 5, beta1: 0 }),
      'tAlphaBeta3 needs a beta1 and a beta3 above 0, got 0 and 0.9999',
    ],
    [() => optimizers.adopt({ clipDelay: 0.5 }), 'adopt: clipDelay must be 0 or 1, got 0.5'],
    [() => optimizers.asgd({ lambd: -1 }), 'asgd: lambd must be a finite number of at least 0, got -1'],
    [() => optimizers.ftrl({ learningRate: 0 }), 'ftrl: learningRate must be a finite number greater than 0, got 0'],
    [() => optimizers.ftrl({ learningRatePower: 0.5 }), 'ftrl: learningRatePower must be in [-1, 0], got 0.5'],
    [() => optimizers.scheduleFreeSGD({ momentum: 0 }), 'scheduleFreeSGD: momentum must be in (0, 1), got 0'],
    [() => optimizers.scheduleFreeAdamW({ beta1: 1 }), 'scheduleFreeAdamW: beta1 must be in (0, 1), got 1'],
    [() => optimizers.sophiaG({ batchSize: 0 }), 'sophiaG: batchSize must be an integer of at least 1, got 0'],
  ];
  for (const [act, message] of cases) it(message, () => expect(act).toThrow(message));

  it('updateHessian is for sophiaG alone', () => {
    const bound = optimizers.lion().bind({ w: new Float32Array(2) });
    expect(() => bound.updateHessian({ w: new Float32Array(2) })).toThrow('lion: it has no Hessian to update');
  });
});

describe('options', () => {
  const cases: [() => unknown, string][] = [
    [() => adam({ beta1: 1.5 }), 'adam: beta1 must be in [0, 1), got 1.5'],
    [() => adam({ beta2: 1 }), 'adam: beta2 must be in [0, 1), got 1'],
    [() => adam({ epsilon: -1 }), 'adam: epsilon must be a finite number of at least 0, got -1'],
    [() => adam({ weightDecay: Number.NaN }), 'adam: weightDecay must be a finite number of at least 0, got NaN'],
    [() => adam({ amsgrad: 1 as never }), 'adam: amsgrad must be true or false, got 1'],
    [() => adam({ lr: 1 } as never), 'adam: there is no option "lr".'],
    [() => adam({ beta_1: 0.9 } as never), 'Did you mean "beta1"?'],
    [() => adam(null as never), 'adam: options must be an object, got null'],
    [() => sgd({ momentum: -0.1 }), 'sgd: momentum must be a finite number of at least 0, got -0.1'],
    [() => sgd({ dampening: 2 }), 'sgd: dampening must be in [0, 1], got 2'],
    [() => sgd({ nesterov: true }), 'sgd: nesterov needs a momentum above 0 and a dampening of 0, got 0 and 0'],
    [() => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }), 'sgd: nesterov needs'],
    [() => sgd({ learningRate: '0.1' as never }), 'sgd: learningRate must be a finite number of at least 0, got "0.1"'],
    [
      () => yogi({ initialAccumulatorValue: -1 }),
      'yogi: initialAccumulatorValue must be a finite number of at least 0, got -1',
    ],
    [() => sgd({ convention: 'keras', dampening: 0.5 }), 'sgd: the convention keras has no dampening, got 0.5'],
    [
      () => adam({ convention: 'kera' as never }),
      'adam: convention must be one of the known names, got "kera". Did you mean "keras"?',
    ],
    [() => adamw({ beta1: 1.5 }), 'adamw: beta1 must be in [0, 1), got 1.5'],
    [() => adamw({ decoupledWeightDecay: true } as never), 'adamw: there is no option "decoupledWeightDecay".'],
    [() => adamax({ beta2: -0.1 }), 'adamax: beta2 must be in [0, 1), got -0.1'],
    [() => nadam({ momentumDecay: -1 }), 'nadam: momentumDecay must be a finite number of at least 0, got -1'],
    [() => radam({ beta2: 1 }), 'radam: beta2 must be in [0, 1), got 1'],
    [() => rmsprop({ alpha: 1.01 }), 'rmsprop: alpha must be in [0, 1], got 1.01'],
    [() => rmsprop({ centered: 1 as never }), 'rmsprop: centered must be true or false, got 1'],
    [() => adagrad({ lrDecay: -0.5 }), 'adagrad: lrDecay must be a finite number of at least 0, got -0.5'],
    [() => adadelta({ rho: 1.1 }), 'adadelta: rho must be in [0, 1], got 1.1'],
    [() => rprop({ etaMinus: 1 }), 'rprop: etaMinus must be in (0, 1), got 1'],
    [() => rprop({ etaPlus: 1 }), 'rprop: etaPlus must be a finite number greater than 1, got 1'],
    [() => rprop({ stepMin: 2, stepMax: 1 }), 'rprop: stepMin must not be greater than stepMax, got 2 and 1'],
    [() => yogi({ initialMomentValue: Number.NaN }), 'yogi: initialMomentValue must be a finite number, got NaN'],
    [
      () => resolve('adma' as never),
      'compile: optimizer must be one of the known names, got "adma". Did you mean "adam"?',
    ],
    [
      () => resolve({} as never),
      'compile: optimizer must be a name or what optimizers.adam() and its like return, got an object',
    ],
    [() => resolve({ ...adam() }), 'got an object'],
    [() => resolve('toString' as never), 'Known: '],
  ];
  for (const [act, message] of cases) {
    it(message, () => {
      expect(act).toThrow(message);
      expect(act).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }));
    });
  }

  it('resolve names to defaults', () => {
    expect(resolve('sgd').options).toEqual(sgd().options);
    const own = yogi();
    expect(resolve(own)).toBe(own);
  });
});
