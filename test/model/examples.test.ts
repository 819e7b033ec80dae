import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as plummet from '#src/index.js';
import { numbers } from './models.ts';

/** The examples in the doc comments of the model's methods, which speak of a model, of x and of y. */
const source = readFileSync(new URL('../../src/model/model.ts', import.meta.url), 'utf8');
const examples = [...source.matchAll(/\* @example\n([\s\S]*?)\*\//g)].map(([, text]) =>
  text.replace(/^\s*\* ?/gm, '').trim(),
);
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;

describe('examples of the model', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(6);
  });

  it.each(examples)('%s', async (code) => {
    const model = plummet.sequential([plummet.layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })]);
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const scope = { ...plummet, model, x: numbers(40), y: Int32Array.from({ length: 20 }, (_, i) => i % 2) };
    await new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
  });
});
