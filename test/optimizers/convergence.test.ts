/** The settings of scripts/convergence get there, as the tables in docs/optimizers.md say. MNIST is left to the script: it takes minutes. */
import { backend, optimizers } from 'plummet';
import { describe, expect, it } from 'vitest';
import { xor } from '../../scripts/convergence/nets.mjs';
import { outcome, problems } from '../../scripts/convergence/problems.mjs';
import { code, make, readSettings, type Setting } from '../../scripts/convergence/settings.mjs';

const settings = readSettings();
const names = Object.keys(optimizers);
const native = backend().name === 'native';

it('there are settings for every optimizer and problem', () => {
  const wanted = names.map((name) => [name, Object.keys(problems).sort()]);
  const there = Object.entries(settings).map(([name, own]) => [name, Object.keys(own).sort()]);
  expect(Object.fromEntries(there)).toEqual(Object.fromEntries(wanted));
});

describe.skipIf(!native).each(names)('%s', (name) => {
  it('gets to the bottom of the parabola', async () => {
    const reached = await outcome(name, 'parabola', settings[name].parabola);
    expect(reached.value).toBeLessThanOrEqual(3e-2);
    expect(reached.steps).toBeLessThanOrEqual(10_000);
  });

  it('learns XOR', async () => {
    const steps = problems.xor.steps(name);
    expect(await xor(() => make(name, settings[name].xor, steps), steps, [0])).toBe(4);
  });
});

describe('what falls short', () => {
  const { parabola } = problems;

  it.skipIf(!native).each([
    ['stands still', { learningRate: 0 }],
    ['flies off', { learningRate: 10 }],
  ])('is seen: it %s', async (_, setting) => {
    const reached = await outcome('sgd', 'parabola', setting);
    expect(parabola.enough(reached)).toBe(false);
    expect(reached.steps).toBeGreaterThan(10_000);
  });

  it('is also what is no number', () => {
    expect(parabola.enough({ value: Number.NaN, steps: 10_010 })).toBe(false);
    expect(problems.xor.enough({ value: 3 })).toBe(false);
    expect(problems.mnist.enough({ value: 0.96 })).toBe(false);
  });
});

describe('settings', () => {
  const falling: Setting = {
    step: 60,
    first: { name: 'adam' },
    second: { name: 'sgd', learningRate: 0.5, schedule: 'linear' },
  };

  it('are written as code', () => {
    expect(code('adam', {})).toBe('adam()');
    expect(code('lbfgs', { lineSearchFn: 'strong_wolfe', maxIter: 3 })).toBe(
      "lbfgs({ lineSearchFn: 'strong_wolfe', maxIter: 3 })",
    );
    expect(code('switchAt', falling)).toBe('switchAt(60, adam(), sgd({ learningRate: linear(0.5 → 0) }))');
  });

  it('let a rate fall to 0 by the end, that of a second optimizer in its own steps', () => {
    const rates = (steps: number[], setting: Setting) =>
      steps.map((step) => make('sgd', setting, 100).learningRateAt(step));
    expect(rates([1, 51, 101], { learningRate: 0.5, schedule: 'linear' })).toEqual([0.5, 0.25, 0]);
    expect(rates([1, 101], { learningRate: 0.5, schedule: 'cosine' })).toEqual([0.5, 0]);
    const both = make('switchAt', falling, 100);
    expect([60, 61, 81, 101].map((step) => both.learningRateAt(step))).toEqual([1e-3, 0.5, 0.25, 0]);
  });
});
