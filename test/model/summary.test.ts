import { expect, it } from 'vitest';
import { layers, sequential } from '#src/index.js';
import { classifier } from './models.ts';

it('summary is a table of layers, as in Keras', () => {
  const model = sequential(
    [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.activation({ activation: 'tanh', name: 'squash' }),
      layers.dense({ units: 10, useBias: false }),
    ],
    { name: 'digits' },
  );
  expect(model.summary()).toBe(`Model: "digits"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape ┃ Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ dense (Dense)       │ (null, 128)  │ 100,480 │
├─────────────────────┼──────────────┼─────────┤
│ squash (Activation) │ (null, 128)  │       0 │
├─────────────────────┼──────────────┼─────────┤
│ dense_1 (Dense)     │ (null, 10)   │   1,280 │
└─────────────────────┴──────────────┴─────────┘
 Total params: 101,760 (397.50 KB)
 Trainable params: 101,760 (397.50 KB)
 Non-trainable params: 0 (0.00 B)`);
  expect(
    model.layers.map(({ name, className, outputShape, parameters }) => [name, className, ...outputShape, parameters]),
  ).toEqual([
    ['dense', 'Dense', 128, 100480],
    ['squash', 'Activation', 128, 0],
    ['dense_1', 'Dense', 10, 1280],
  ]);
});

it('plan is plain data, a copy, and prints itself', () => {
  const model = classifier();
  const plan = model.plan();
  expect(String(plan)).toMatch(/^train: \d+ ops/);
  expect(`${plan}`).toContain('sparseSoftmaxCrossentropy');
  expect(structuredClone(plan)).toEqual({ ...plan });
  expect(JSON.parse(JSON.stringify(plan))).toEqual({ ...plan });
  (plan.instructions as unknown[]).length = 0;
  expect(model.plan().instructions.length).toBeGreaterThan(5);
});
