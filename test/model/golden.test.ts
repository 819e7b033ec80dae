import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layers, losses, type Model, optimizers, sequential } from '#src/index.js';
import { backends } from './models.ts';

/** Trainings recorded with PyTorch in float64; tolerances: losses 2e-6, weights 1e-5. */
interface Golden {
  inputs: { values: number[] };
  targets: number[];
  batchSize: number;
  epochs: number;
  initialWeights: { values: number[] }[];
  cases: {
    name: string;
    activation: 'relu' | 'tanh';
    optimizer: string;
    options: Record<string, number>;
    firstGradients: number[][];
    losses: number[];
    finalWeights: number[][];
    finalLoss: number;
    finalAccuracy: number;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/training.json', import.meta.url), 'utf8')) as Golden;
const names = ['dense.kernel', 'dense.bias', 'dense_1.kernel', 'dense_1.bias'];
const x = Float32Array.from(golden.inputs.values);
const y = Int32Array.from(golden.targets);
const cases = golden.cases.filter(({ optimizer }) => optimizer in optimizers);

function modelOf({ activation, optimizer, options }: Golden['cases'][number], backend: 'native' | 'reference'): Model {
  const model = sequential([layers.dense({ units: 16, activation, inputShape: [8] }), layers.dense({ units: 3 })]);
  const make = optimizers[optimizer as 'sgd'];
  model.compile({
    optimizer: make(options),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ['accuracy'],
    backend,
  });
  model.setWeights(
    Object.fromEntries(names.map((name, i) => [name, Float32Array.from(golden.initialWeights[i].values)])),
  );
  return model;
}

function within(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe.each(backends)('PyTorch, recorded (%s)', (backend) => {
  it('has cases of sgd with momentum, of adam and of adamw', () => {
    expect(new Set(cases.map(({ optimizer }) => optimizer))).toEqual(new Set(['sgd', 'adam', 'adamw']));
  });

  it.each(cases)('$name: gradients, the loss of each step, the weights at the end', async (recorded) => {
    const model = modelOf(recorded, backend);
    const { gradients } = model.gradients(x.subarray(0, 8 * golden.batchSize), y.subarray(0, golden.batchSize));
    names.forEach((name, i) => {
      within(gradients[name].data, recorded.firstGradients[i], 1e-6);
    });

    const fitted = modelOf(recorded, backend);
    const batches = y.length / golden.batchSize;
    const losses: number[] = [];
    for (let step = 0; step < recorded.losses.length; step++) {
      const from = (step % batches) * golden.batchSize;
      const to = from + golden.batchSize;
      losses.push(model.trainOnBatch(x.subarray(8 * from, 8 * to), y.subarray(from, to)).loss);
    }
    within(losses, recorded.losses, 2e-6);
    await fitted.fit(x, y, { batchSize: golden.batchSize, epochs: golden.epochs, shuffle: false });
    expect(fitted.digest()).toBe(model.digest());
    const weights = fitted.getWeights();
    names.forEach((name, i) => {
      within(weights[name].data, recorded.finalWeights[i], 1e-5);
    });
    const { loss, accuracy } = await fitted.evaluate(x, y);
    within([loss], [recorded.finalLoss], 2e-6);
    expect(accuracy).toBe(recorded.finalAccuracy);
  });
});
