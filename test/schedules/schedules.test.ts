import { describe, expect, it } from 'vitest';
import { optimizers, schedules } from '#src/index.js';
import { isSchedule, ruleOf } from '#src/schedules/make.js';

const falling = () => schedules.exponential({ learningRate: 0.1, gamma: 0.9 });
/** One of each, every option at a value of its own. */
const each: schedules.Schedule[] = [
  schedules.constant({ learningRate: 0.1, factor: 0.3, steps: 7 }),
  schedules.step({ learningRate: 0.1, stepSize: 6, gamma: 0.7 }),
  schedules.multiStep({ learningRate: 0.1, milestones: [3, 8, 20], gamma: 0.7 }),
  schedules.exponential({ learningRate: 0.1, gamma: 0.7, decaySteps: 5.5, begin: 3, endLearningRate: 0.01 }),
  schedules.exponential({ learningRate: 0.1, gamma: 1.1, decaySteps: 4, staircase: true, endLearningRate: 1 }),
  schedules.polynomial({ learningRate: 0.1, steps: 9, endLearningRate: 0.01, power: 1.7, begin: 2 }),
  schedules.polynomial({ learningRate: 0.1, steps: 9, power: 0.5, cycle: true }),
  schedules.inverseTime({ learningRate: 0.1, decayRate: 0.5, decaySteps: 3, staircase: true }),
  schedules.linear({ learningRate: 0.1, startFactor: 0.2, endFactor: 0.9, steps: 13 }),
  schedules.cosine({ learningRate: 0.1, steps: 13, endLearningRate: 0.02, exponent: 1.5, hold: true }),
  schedules.cosine({ learningRate: 0.1, steps: 13 }),
  schedules.cosineRestarts({
    learningRate: 0.1,
    steps: 5,
    periodFactor: 1.3,
    heightFactor: 0.8,
    endLearningRate: 0.01,
  }),
  schedules.cosineRestarts({ learningRate: 0.1, steps: 5, heightFactor: 0.9 }),
  schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 40, pctStart: 0.4, threePhase: true, divFactor: 7 }),
  schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 40, annealStrategy: 'linear' }).momentum,
  schedules.cyclic({
    baseLearningRate: 0.01,
    maxLearningRate: 0.1,
    stepSizeUp: 4,
    stepSizeDown: 7,
    mode: 'triangular2',
  }),
  schedules.cyclic({ baseLearningRate: 0.01, maxLearningRate: 0.1, stepSizeUp: 4, mode: 'exp_range', gamma: 0.97 })
    .momentum,
  schedules.warmup({ schedule: falling(), steps: 11, startLearningRate: 0.001 }),
  schedules.piecewise({ boundaries: [4, 9], values: [0.1, 0.2, 0.05], interpolation: 'cosine' }),
  schedules.piecewise({ boundaries: [4, 9], values: [0.1, 0.2, 0.05] }),
  schedules.sequential({ schedules: [falling(), schedules.linear({ learningRate: 0.2 })], milestones: [12] }),
  schedules.chained({
    learningRate: 0.5,
    schedules: [falling(), schedules.warmup({ schedule: schedules.constant({ learningRate: 1 }), steps: 5 })],
  }),
  schedules.reduceOnPlateau({ learningRate: 0.1, factor: 0.3, patience: 2, monitor: 'loss' }),
];

const FAR = [
  51,
  999,
  ...Array.from({ length: 40 }, (_, i) => 97 * i * i),
  2 ** 20 - 1,
  2 ** 20,
  3 * 2 ** 30 + 1,
  2 ** 52 + 1,
];

describe.each(each.map((schedule) => [schedule.name, schedule] as const))('%s', (_, schedule) => {
  const steps = [...Array.from({ length: 51 }, (_, t) => t), ...FAR];
  const forward = steps.map(schedule);

  it('is a function of the step: order and repetition change nothing', () => {
    expect([...steps].reverse().map(schedule).reverse()).toEqual(forward);
    const fresh = schedules.fromJSON(schedule.toJSON());
    for (const t of [30, 2, 2 ** 52 + 1, 17, 0]) expect(fresh(t)).toBe(schedule(t));
  });

  it('gives finite numbers of at least 0, however far', () => {
    for (const value of forward) expect(value >= 0 && value < Number.POSITIVE_INFINITY).toBe(true);
  });

  it('goes through JSON', () => {
    const text = JSON.stringify(schedule);
    const again = schedules.fromJSON(JSON.parse(text));
    expect(JSON.stringify(again)).toBe(text);
    expect(again.name).toBe(schedule.name);
    expect(steps.map(again)).toEqual(forward);
    expect(schedule.toJSON()).toEqual(JSON.parse(text));
  });

  it('settles where it says', () => {
    const { settledFrom } = ruleOf(schedule);
    if (settledFrom === Number.POSITIVE_INFINITY) return;
    for (const t of [settledFrom + 1, settledFrom + 7, ...FAR].filter((far) => far > settledFrom))
      expect(schedule(t), `${t}`).toBe(schedule(settledFrom));
  });

  it('takes whole steps from 0 on', () => {
    for (const t of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', undefined]) {
      expect(() => schedule(t as number)).toThrow(`${schedule.name}: step must be an integer of at least 0`);
    }
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(schedule)).toBe(true);
    expect(Object.isFrozen(schedule.options)).toBe(true);
    expect(isSchedule(schedule)).toBe(true);
  });
});

describe('values', () => {
  it('are exact where the formula is', () => {
    const halving = schedules.exponential({ learningRate: 0.8, gamma: 0.5, decaySteps: 2 });
    expect([0, 2, 4, 6].map(halving)).toEqual([0.8, 0.4, 0.2, 0.1]);
    const wave = schedules.cosine({ learningRate: 1, steps: 8 });
    expect([wave(0), wave(8), wave(16), wave(2 ** 40)]).toEqual([1, 0, 1, 1]);
    const restarts = schedules.cosineRestarts({ learningRate: 1, steps: 10, periodFactor: 2, heightFactor: 0.5 });
    expect([0, 10, 30, 70, 10 * (2 ** 30 - 1)].map(restarts)).toEqual([1, 0.5, 0.25, 0.125, 2 ** -30]);
    // As far as it goes periods are found without walking through them.
    const many = schedules.cosineRestarts({ learningRate: 1, steps: 1, periodFactor: 1 + 2 ** -40 });
    expect(many(2 ** 45)).toBeGreaterThanOrEqual(0);
    const cycle = schedules.cyclic({ baseLearningRate: 0, maxLearningRate: 1, stepSizeUp: 4, mode: 'triangular2' });
    expect([4, 12, 20, 22].map(cycle)).toEqual([1, 0.5, 0.25, 0.125]);
  });

  it('of short cycles are finite, too', () => {
    for (let totalSteps = 2; totalSteps < 30; totalSteps++) {
      for (const pctStart of [0.01, 0.1, 0.2, 0.25, 0.5]) {
        for (const threePhase of [false, true]) {
          const cycle = schedules.oneCycle({ maxLearningRate: 1, totalSteps, pctStart, threePhase });
          for (let t = 0; t < totalSteps + 2; t++) {
            for (const value of [cycle(t), cycle.momentum(t)]) {
              if (!(value >= 0 && value <= 1)) expect.fail(`${totalSteps}, ${pctStart}, ${threePhase}: ${t}: ${value}`);
            }
          }
        }
      }
    }
  });

  it('of a schedule within another follow it from its own beginning', () => {
    const inner = schedules.step({ learningRate: 0.1, stepSize: 3 });
    const warm = schedules.warmup({ schedule: inner, steps: 4 });
    expect([0, 1, 2, 3].map(warm)).toEqual([0, 0.1 * 0.25, 0.05, 0.1 * 0.75]);
    for (const t of [0, 1, 5, 9]) expect(warm(t + 4)).toBe(inner(t));
    const two = schedules.sequential({ schedules: [warm, inner], milestones: [6] });
    expect([5, 6, 9].map(two)).toEqual([warm(5), inner(0), inner(3)]);
    const product = schedules.chained({ learningRate: 2, schedules: [warm, inner] });
    expect(product(7)).toBe(2 * warm(7) * inner(7));
  });
});

describe('reduceOnPlateau', () => {
  it('goes on through JSON as if nothing had happened', () => {
    const losses = [5, 4, 4, 4, 4, 3, 3, Number.NaN, 3, 3, Number.POSITIVE_INFINITY, 3, 2, 2, 2, 2, 2, 2, 2];
    const options = { learningRate: 1, factor: 0.5, patience: 1, cooldown: 1, threshold: 0 };
    const whole = schedules.reduceOnPlateau(options);
    let parts = schedules.reduceOnPlateau(options);
    for (const loss of losses) {
      whole.report(loss);
      parts = schedules.fromJSON(JSON.parse(JSON.stringify(parts))) as schedules.PlateauSchedule;
      expect(parts.report(loss)).toBe(whole(0));
    }
    expect(whole(0)).toBeLessThan(0.2);
    const worst = schedules.reduceOnPlateau({ ...options, mode: 'max' });
    worst.report(Number.NEGATIVE_INFINITY);
    expect(worst.toJSON().options.state).toMatchObject({ best: null, badEpochs: 1 });
    worst.report(Number.POSITIVE_INFINITY);
    const again = schedules.fromJSON(JSON.parse(JSON.stringify(worst)));
    expect(again.toJSON()).toEqual(worst.toJSON());
    expect(again.toJSON().options.state).toMatchObject({ best: 'Infinity' });
  });

  it('never falls below its minimum, and makes no change that is too small', () => {
    const small = schedules.reduceOnPlateau({ learningRate: 1, factor: 0.1, patience: 0, minLearningRate: 0.05 });
    expect([1, 1, 1, 1].map((loss) => small.report(loss))).toEqual([1, 0.1, 0.05, 0.05]);
    const still = schedules.reduceOnPlateau({ learningRate: 1, factor: 0.9, patience: 0, eps: 0.2 });
    expect([1, 1, 1].map((loss) => still.report(loss))).toEqual([1, 1, 1]);
    expect(() => small.report('1' as never)).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_TYPE' }));
  });
});

describe('options', () => {
  const ok = { learningRate: 0.1 };
  const cases: [() => unknown, string][] = [
    [
      () => schedules.constant({} as never),
      'constant: learningRate must be a finite number of at least 0, got undefined',
    ],
    [() => schedules.step({ ...ok, stepSize: 0 }), 'step: stepSize must be an integer of at least 1, got 0'],
    [() => schedules.step({ ...ok, stepSize: 2, gama: 1 } as never), 'Did you mean "gamma"?'],
    [
      () => schedules.multiStep({ ...ok, milestones: [3, 3] }),
      'multiStep: milestones must be increasing, got milestones[0] = 3 before milestones[1] = 3',
    ],
    [() => schedules.multiStep({ ...ok, milestones: 5 as never }), 'multiStep: milestones must be an array, got 5'],
    [
      () => schedules.exponential({ ...ok, gamma: 0 }),
      'exponential: gamma must be a finite number greater than 0, got 0',
    ],
    [
      () => schedules.polynomial({ ...ok, power: -1 }),
      'polynomial: power must be a finite number greater than 0, got -1',
    ],
    [() => schedules.inverseTime({ ...ok, decayRate: -1 }), 'inverseTime: decayRate must be'],
    [() => schedules.linear({ ...ok, steps: 1.5 }), 'linear: steps must be an integer of at least 1, got 1.5'],
    [() => schedules.cosine({ ...ok, steps: 0 }), 'cosine: steps must be an integer of at least 1, got 0'],
    [
      () => schedules.cosineRestarts({ ...ok, steps: 5, periodFactor: 0.5 }),
      'cosineRestarts: periodFactor must be a finite number of at least 1, got 0.5',
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 1 }),
      'oneCycle: totalSteps must be an integer of at least 2, got 1',
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, pctStart: 1 }),
      'oneCycle: pctStart must be in (0, 1), got 1',
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, pctStart: 0.6, threePhase: true }),
      'pctStart must be in (0, 0.5], got 0.6',
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, annealStrategy: 'sin' as never }),
      'oneCycle: annealStrategy must be one of the known names, got "sin"',
    ],
    [() => schedules.cyclic({ baseLearningRate: 0, maxLearningRate: 1, mode: 'up' as never }), 'cyclic: mode must be'],
    [
      () => schedules.warmup({ steps: 5, schedule: 0.1 as never }),
      'warmup: schedule must be what schedules.cosine({ … }) and its like return, got 0.1',
    ],
    [() => schedules.warmup({ steps: 5, schedule: ((t: number) => t) as never }), 'got a function'],
    [
      () => schedules.piecewise({ boundaries: [1], values: [1] }),
      'piecewise: values must have 2 entries, one more than boundaries, got 1',
    ],
    [() => schedules.piecewise({ boundaries: [], values: [-1] }), 'piecewise: values[0] must be'],
    [() => schedules.sequential({ schedules: [], milestones: [] }), 'sequential: schedules must have 1 entries'],
    [() => schedules.chained({ schedules: [] }), 'chained: schedules must have at least one entry, got none'],
    [() => schedules.reduceOnPlateau({ ...ok, factor: 1 }), 'reduceOnPlateau: factor must be in [0, 1), got 1'],
    [() => schedules.reduceOnPlateau({ ...ok, state: { best: 'x' } as never }), 'state.best must be a number or null'],
    [() => schedules.fromJSON({ name: 'cosin', options: {} }), 'Did you mean "cosine"?'],
    [() => schedules.fromJSON(null as never), 'fromJSON: options must be an object, got null'],
    [
      () => schedules.fromJSON({ name: 'warmup', options: { steps: 1, schedule: 5 } } as never),
      'fromJSON: warmup.schedule: options must be an object, got 5',
    ],
    [
      () => schedules.named('StepLR', { learningRate: 0.1, stepsize: 5 }),
      'StepLR: there is no option "stepsize". Did you mean "stepSize"?',
    ],
    [() => schedules.named('CosineDecay', { decaySteps: 5 }), 'CosineDecay: initialLearningRate must be'],
    [
      () => optimizers.adam({ learningRate: ((t: number) => t) as never }),
      'adam: learningRate must be a finite number of at least 0, got a function',
    ],
  ];
  it.each(cases.map(([act, message]) => [message, act] as const))('%s', (message, act) => {
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }));
  });

  it('schedules that hold themselves are refused', () => {
    const json: { name: string; options: Record<string, unknown> } = { name: 'warmup', options: { steps: 1 } };
    json.options.schedule = json;
    expect(() => schedules.fromJSON(json)).toThrow('nested too deeply');
  });
});
