/** What a run does, on both executors: epochs, batches, evaluation, stops, errors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executor, setThreadingThreshold } from '#src/backend.js';
import { loadAddon } from '#src/kernels/native.js';
import { control, type Executor, type Run, status } from '#src/plan/plan.js';
import { expectSameBits } from '../support/bits.js';
import { createRun, type Training, unpadded } from '../support/runs.js';

const { addon } = loadAddon();
const isas = addon?.info().isas ?? [];

const trainings: readonly Training[] = [
  {
    inputs: 7,
    hidden: 33,
    outputs: 3,
    activation: 'relu',
    loss: 'sparseCategoricalCrossentropy',
    optimizer: 'adam',
    rows: 53,
    batchSize: 8,
    evaluationRows: 11,
    epochs: 3,
  },
  {
    inputs: 50,
    hidden: 5,
    outputs: 10,
    activation: 'tanh',
    loss: 'categoricalCrossentropy',
    optimizer: 'yogi',
    rows: 20,
    batchSize: 6,
    bytes: true,
    epochs: 2,
  },
  {
    inputs: 2,
    hidden: 17,
    outputs: 1,
    activation: 'sigmoid',
    loss: 'binaryCrossentropy',
    optimizer: 'sgd',
    rows: 9,
    batchSize: 4,
    shuffle: false,
    evaluationRows: 7,
    epochs: 4,
  },
  {
    inputs: 2,
    hidden: 8,
    outputs: 1,
    activation: 'tanh',
    loss: 'mse',
    optimizer: 'adam',
    rows: 19,
    batchSize: 4,
    evaluationRows: 5,
    epochs: 5,
  },
  {
    inputs: 130,
    hidden: 64,
    outputs: 2,
    activation: 'relu',
    loss: 'mse',
    optimizer: 'adam',
    rows: 120,
    batchSize: 100,
    epochs: 2,
  },
];
const named = ({ loss, optimizer }: Training): string => `${loss}, ${optimizer}`;

/** Parameters, optimizer states and totals. */
function expectSameNumbers(training: Training, actual: Run, expected: Run, what = 'the run'): void {
  for (const key of ['params', 'state'] as const) {
    expectSameBits(unpadded(training, actual[key]), unpadded(training, expected[key]), `${key} of ${what}`);
  }
  expectSameBits(actual.totals, expected.totals, `totals of ${what}`);
}

/** Everything that a run leaves behind, that two runs must agree on. */
function expectSameRuns(training: Training, actual: Run, expected: Run, what: string): void {
  expectSameNumbers(training, actual, expected, what);
  if (actual.history && expected.history) expectSameBits(actual.history, expected.history, `history of ${what}`);
  if (actual.rows && expected.rows) expectSameBits(actual.rows, expected.rows, `rows of ${what}`);
  const positions = [actual, expected].map((run) => run.control.slice(control.status, control.steps + 1));
  expect(positions[0], what).toEqual(positions[1]);
}

let before: number;
beforeAll(() => {
  before = addon?.setThreadingThreshold(0) ?? 65536;
  setThreadingThreshold(0);
});
afterAll(() => setThreadingThreshold(before));

const expectedOf = new Map<Training, Run>();
beforeAll(() => {
  for (const training of trainings) {
    const run = createRun(training);
    expect(executor({ name: 'reference' }).run(run)).toBe(status.done);
    expectedOf.set(training, run);
  }
});

/** Compares whole trainings on the calling thread and off it, and looks at what ran. */
async function expectTwin(chosen: Executor): Promise<void> {
  for (const training of trainings) {
    const expected = expectedOf.get(training) as Run;
    const what = `${named(training)} on ${chosen.isa}, ${chosen.threads} threads`;
    const run = createRun(training);
    expect(chosen.run(run), what).toBe(status.done);
    expectSameRuns(training, run, expected, what);
    const started = createRun(training);
    expect(await chosen.start(started), what).toBe(status.done);
    expectSameRuns(training, started, expected, `${what}, off the main thread`);
    expect(started.control[control.threads], what).toBe(chosen.threads);
    if (chosen.threads === 1) expect(started.control[control.parallelOps]).toBe(0);
    else expect(started.control[control.parallelOps]).toBeGreaterThan(0);
  }
}

const executorsOfAllKinds = (): ['native' | 'reference', string][] => [
  ['reference', 'typescript'],
  ...isas.map((isa): ['native', string] => ['native', isa]),
];

describe('the same training, to the bit', () => {
  test.each([1, 2, 3])('on the reference path, %i threads', (threads) =>
    expectTwin(executor({ name: 'reference', threads })),
  );

  describe.skipIf(addon === null).each(isas)('natively on %s', (isa) => {
    test.each([1, 2, 3])('%i threads', (threads) => expectTwin(executor({ name: 'native', isa, threads })));
  });

  test.each(executorsOfAllKinds())('no fused path differs from the unfused one: %s %s', (name, isa) => {
    for (const training of trainings) {
      const run = createRun(training, false);
      expect(run.pass.plan.instructions.length).toBeGreaterThan(createRun(training).pass.plan.instructions.length);
      expect(executor({ name, ...(name === 'native' && { isa }), threads: 2 }).run(run)).toBe(status.done);
      expectSameRuns(training, run, expectedOf.get(training) as Run, `${named(training)}, unfused`);
    }
  });

  test('trains: the loss falls, and weights move', () => {
    const { history, params, totals } = expectedOf.get(trainings[0]) as Run;
    const loss = [0, 1, 2].map((epoch) => (history as Float64Array)[epoch * totals.length]);
    expect(loss[2]).toBeLessThan(loss[0]);
    expectSameBits((history as Float64Array).slice(-totals.length), totals, 'the last row of history');
    expect(params).not.toEqual(createRun(trainings[0]).params);
  });
});

const executors: Executor[] = [
  executor({ name: 'reference', threads: 1 }),
  executor({ name: 'reference', threads: 3 }),
];
if (addon) executors.push(executor({ name: 'native', threads: 1 }), executor({ name: 'native', threads: 3 }));
const training = trainings[0];
const batches = Math.ceil(training.rows / training.batchSize);

describe.each(executors.map((chosen) => [`${chosen.name}, ${chosen.threads} threads`, chosen] as const))(
  '%s',
  (_, chosen) => {
    test('a training in calls of any number of steps ends as one call does', async () => {
      for (const maxSteps of [1, 3, batches, batches + 1]) {
        const whole = createRun(training);
        let at = { firstEpoch: 0, firstBatch: 0 };
        let done = 0;
        for (let calls = 0; at.firstEpoch < training.epochs; calls++) {
          expect(calls).toBeLessThan(100);
          const scalars = whole.scalars.subarray(done * whole.scalarsStride);
          const history = whole.history?.subarray(at.firstEpoch * whole.totals.length) ?? null;
          const part: Run = { ...whole, ...at, maxSteps, scalars, history };
          expect(await chosen.start(part)).toBe(status.done);
          const steps = whole.control[control.steps];
          expect(steps).toBe(Math.min(maxSteps, training.epochs * batches - done));
          done += steps;
          at = { firstEpoch: whole.control[control.epoch], firstBatch: whole.control[control.batch] };
        }
        expect(at.firstBatch).toBe(0);
        const expected = expectedOf.get(training) as Run;
        expectSameNumbers(training, whole, expected);
        expectSameBits(whole.history as Float64Array, expected.history as Float64Array, 'history');
      }
    });

    test('no steps asked for: nothing happens', () => {
      const run = { ...createRun(training), maxSteps: 0 };
      expect(chosen.run(run)).toBe(status.done);
      expectSameBits(run.params, createRun(training).params);
      expect(run.control[control.steps]).toBe(0);
    });

    test('the abort flag stops it before the next batch', async () => {
      const run = createRun(training);
      Atomics.store(run.control, control.abort, 1);
      expect(await chosen.start(run)).toBe(status.aborted);
      expect(run.control[control.status]).toBe(status.aborted);
      expect(run.control[control.steps]).toBe(0);
      expectSameBits(run.params, createRun(training).params);
    });

    test('an abort in the middle stops at a whole batch, and going on from there ends as without it', async () => {
      const long = { ...training, epochs: 400 };
      const run = createRun(long);
      const timer = setTimeout(() => Atomics.store(run.control, control.abort, 1), 5);
      const first = await chosen.start(run);
      clearTimeout(timer);
      const done = run.control[control.steps];
      const at = { firstEpoch: run.control[control.epoch], firstBatch: run.control[control.batch] };
      if (first === status.aborted) {
        expect(at.firstEpoch * batches + at.firstBatch).toBe(done);
        run.control.fill(0);
        const rest = { ...run, ...at, scalars: run.scalars.subarray(done * run.scalarsStride), history: null };
        expect(await chosen.start(rest)).toBe(status.done);
      }
      const whole = createRun(long);
      expect(chosen.run(whole)).toBe(status.done);
      expectSameNumbers(training, run, whole);
    });

    test('an evaluation can be where a run begins', () => {
      const run = createRun(training);
      chosen.run({ ...run, endEpoch: 1 });
      const once = run.totals.slice();
      expect(chosen.run({ ...run, firstBatch: batches, endEpoch: 1 })).toBe(status.done);
      expectSameBits(run.totals, once, 'totals');
      expect(run.control[control.steps]).toBe(0);
      expect(run.control[control.epoch]).toBe(1);
    });

    test('a bad label stops it at its batch, and the batch has not been done', async () => {
      const run = { ...createRun(training), shuffle: null, rows: null };
      (run.pass.y as Int32Array)[20] = 3;
      expect(await chosen.start(run)).toBe(status.badLabel);
      expect(run.control.slice(control.status, control.steps + 1)).toEqual(Int32Array.of(status.badLabel, 0, 2, 2));
      const twoSteps = { ...createRun(training), shuffle: null, rows: null, maxSteps: 2 };
      chosen.run(twoSteps);
      for (const key of ['params', 'state'] as const) {
        expectSameBits(unpadded(training, run[key]), unpadded(training, twoSteps[key]), key);
      }
    });

    test.each([-1, 53, 2147483647])('a row %i stops it', async (row) => {
      const run = { ...createRun(training), shuffle: null };
      (run.rows as Int32Array)[9] = row;
      expect(await chosen.start(run)).toBe(status.badRow);
      expect(run.control[control.batch]).toBe(1);
    });

    test.each([
      ['params', 'ERR_PLUMMET_SHAPE'],
      ['state', 'ERR_PLUMMET_SHAPE'],
      ['scratch', 'ERR_PLUMMET_SHAPE'],
      ['rows', 'ERR_PLUMMET_SHAPE'],
      ['scalars', 'ERR_PLUMMET_SHAPE'],
      ['totals', 'ERR_PLUMMET_SHAPE'],
      ['history', 'ERR_PLUMMET_SHAPE'],
    ] as const)('too short an array of %s is an error, and nothing runs', (key, code) => {
      const run = createRun(training);
      const short = { ...run, [key]: run[key]?.subarray(0, 1) };
      expect(() => chosen.run(short)).toThrow(expect.objectContaining({ code }));
      expectSameBits(run.params, createRun(training).params);
    });

    test('an array of the wrong type is an error', () => {
      const run = createRun(training);
      const wrong = { ...run, pass: { ...run.pass, y: new Float32Array(53) } };
      expect(() => chosen.run(wrong)).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_TYPE' }));
    });

    test('off the main thread everything must be in shared memory', async () => {
      const run = { ...createRun(training), params: new Float32Array(4096) };
      await expect(chosen.start(run)).rejects.toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_TYPE' }));
    });

    test('two runs at once do not disturb each other', async () => {
      const runs = [createRun(training), createRun(training), createRun(trainings[3])];
      expect(await Promise.all(runs.map((run) => chosen.start(run)))).toEqual([0, 0, 0]);
      expectSameRuns(training, runs[0], expectedOf.get(training) as Run, 'the first');
      expectSameRuns(training, runs[1], expectedOf.get(training) as Run, 'the second');
      expectSameRuns(trainings[3], runs[2], expectedOf.get(trainings[3]) as Run, 'the third');
    });
  },
);
