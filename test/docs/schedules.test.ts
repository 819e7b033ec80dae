/** What docs/optimizers.md says of schedules, initialisers and the range test, against the code. */
import { describe, expect, it } from 'vitest';
import { data, findLearningRate, initializers, layers, sequential } from '#src/index.js';
import type { Schedule } from '#src/schedules/schedule.js';
import * as schedules from '#src/schedules/schedules.js';
import { codeOf, evaluated, tableOf } from '../support/page.ts';
import { chapter, type Options, optionsIn } from './page.ts';

describe('schedules', () => {
  const half = schedules.constant({ learningRate: 0.5 });
  /** Values for what has no default. */
  const required: Options = {
    learningRate: 0.1,
    stepSize: 3,
    milestones: [4],
    gamma: 0.5,
    decayRate: 0.5,
    steps: 6,
    baseLearningRate: 0.1,
    maxLearningRate: 0.2,
    totalSteps: 9,
    boundaries: [4],
    values: [0.1, 0.2],
    schedule: half,
    schedules: [half, half],
  };
  const { rows } = tableOf(chapter('Schedules'), 'schedule', 'value of step t', 'options');

  it('are all there', () => {
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual(Object.keys(schedules).sort());
  });

  it.each(rows)('%s', (name, _, cell) => {
    const make = schedules[codeOf(name)[0] as keyof typeof schedules] as unknown as (options: Options) => Schedule;
    const options = codeOf(cell).map((code) => code.split(' = '));
    const needed = options.filter(([, value]) => value === undefined).map(([option]) => option);
    const given = Object.fromEntries(needed.map((option) => [option, required[option]]));
    const wanted = options.flatMap(([option, value]) =>
      value === undefined || value === 'undefined' ? [] : [[option, evaluated(value)]],
    );
    expect({ ...make(given).options }).toEqual({ ...given, ...Object.fromEntries(wanted) });
    for (const option of needed) expect(() => make({ ...given, [option]: undefined })).toThrow(option);
    for (const [option] of options) expect(() => make({ ...given, [option]: {} })).toThrow(option);
  });
});

describe('initializers', () => {
  const { rows } = tableOf(chapter('Initial weights'), 'initializer', 'values', 'options');

  it('are all there', () => {
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual(Object.keys(initializers).sort());
  });

  it.each(rows)('%s', (name, _, cell) => {
    const { config } = initializers[codeOf(name)[0] as keyof typeof initializers]();
    const options = codeOf(cell).map((code) => code.split(' = '));
    expect(config).toEqual(Object.fromEntries(options.map(([option, value]) => [option, evaluated(value)])));
  });
});

describe('the learning-rate range test', () => {
  const table = tableOf(chapter('Learning-rate range test'), 'option', 'default', 'range');
  const x = Array.from({ length: 80 }, (_, i) => [(i % 9) / 4 - 1]);
  const dataset = data.dataset({ x, y: x.map(([v]) => [2 * v + 1]) });
  function curveFor(options?: Options) {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 3 });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return findLearningRate(model, dataset, options);
  }

  it('has these defaults', async () => {
    const [without, told] = [await curveFor(), await curveFor(optionsIn(table, 1))];
    expect(told).toEqual(without);
  });

  const others: Options = {
    minLearningRate: 1e-6,
    maxLearningRate: 9,
    steps: 90,
    mode: 'linear',
    batchSize: 31,
    smoothing: 0.9,
    divergence: 1.0001,
  };
  it.each(Object.entries(optionsIn(table, 1)))('has another curve where %s is not %s', async (option) => {
    expect(await curveFor({ [option]: others[option] })).not.toEqual(await curveFor());
  });
});
