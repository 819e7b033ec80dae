import { describe, expect, it } from 'vitest';
import { layers, losses, type Model, sequential } from '#src/index.js';
import { layer } from '#src/layers/made.js';
import { backends, classes, classifier, errorOf, numbers } from './models.ts';

const { x, y } = classes(12);
const oneHot = Float32Array.from({ length: 36 }, (_, i) => (y[Math.floor(i / 3)] === i % 3 ? 1 : 0));

describe.each(backends)('own loops (%s)', (name) => {
  it('gradients: the loss, and what changing a weight does to it', async () => {
    const model = classifier({ backend: name });
    const before = model.digest();
    const { loss, gradients } = model.gradients(x, y);
    expect(loss).toBe((await model.evaluate(x, y)).loss);
    expect(model.digest()).toBe(before);
    expect(Object.keys(gradients)).toEqual(Object.keys(model.getWeights()));
    const weights = model.getWeights();
    for (const [parameter, { data, shape }] of Object.entries(gradients)) {
      expect(shape).toEqual(weights[parameter].shape);
      const moved = model.getWeights();
      moved[parameter].data[1] += 0.01;
      model.setWeights(moved);
      const above = (await model.evaluate(x, y)).loss;
      moved[parameter].data[1] -= 0.02;
      model.setWeights(moved);
      const below = (await model.evaluate(x, y)).loss;
      model.setWeights(weights);
      expect(Math.abs((above - below) / 0.02 - data[1])).toBeLessThan(1e-3);
    }
  });

  it('backward from the gradient of the loss gives the gradients of the loss, and that of the input', () => {
    const model = sequential(
      [layers.dense({ units: 4, activation: 'tanh', inputShape: [5] }), layers.dense({ units: 3 })],
      { seed: 2 },
    );
    model.compile({ optimizer: 'sgd', loss: 'mse', backend: name });
    const targets = numbers(36, 4);
    const out = model.predictSync(x).data;
    const outputGradient = out.map((value, i) => Math.fround(value - targets[i]) * Math.fround(2 / 36));
    const { gradients, input } = model.backward(x, outputGradient);
    expect(gradients).toEqual(model.gradients(x, targets).gradients);
    expect(input.shape).toEqual([12, 5]);
    const step = 1 / 64;
    const loss = (at: number, by: number) => {
      const moved = x.slice();
      moved[at] += by;
      return model.gradients(moved, targets).loss;
    };
    for (const at of [0, 7, 59]) {
      expect(Math.abs((loss(at, step) - loss(at, -step)) / (2 * step) - input.data[at])).toBeLessThan(1e-3);
    }
  });

  it('backward needs no compile; nothing changes', () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.setWeights({ 'dense.kernel': [[3], [4]], 'dense.bias': [0] });
    const { gradients, input } = model.backward(
      [
        [1, 2],
        [5, 6],
      ],
      [[1], [10]],
    );
    expect([...input.data]).toEqual([3, 4, 30, 40]);
    expect([...gradients['dense.kernel'].data]).toEqual([51, 62]);
    expect([...gradients['dense.bias'].data]).toEqual([11]);
  });

  it('applyGradients wants a gradient for each parameter', async () => {
    const model = classifier({ backend: name });
    const before = model.digest();
    const { gradients } = model.gradients(x, y);
    const { 'dense.bias': _, ...missing } = gradients;
    for (const wrong of [undefined, {}, missing, { ...gradients, other: [1] }, { ...gradients, 'dense.bias': [1] }]) {
      expect((await errorOf(() => model.applyGradients(wrong as never))).code).toMatch(
        /^ERR_PLUMMET_(TYPE|OPTION|SHAPE)$/,
      );
      expect(model.digest()).toBe(before);
    }
    const kept = gradients['dense.kernel'].data.slice();
    model.applyGradients(gradients);
    expect(gradients['dense.kernel'].data).toEqual(kept);
    expect(model.optimizer.iterations).toBe(1);
  });
});

describe('checkGradients', () => {
  const cases: [string, () => [Model, Float32Array | Int32Array]][] = [
    ...(['linear', 'relu', 'sigmoid', 'tanh', 'softmax'] as const).map(
      (activation): [string, () => [Model, Float32Array]] => [
        `${activation} and mean squared error`,
        () => {
          const model = sequential(
            [
              layers.dense({ units: 6, activation, inputShape: [5], biasInitializer: 'randomNormal' }),
              layers.dense({ units: 3, activation }),
            ],
            { seed: 4 },
          );
          model.compile({ optimizer: 'sgd', loss: 'mse' });
          return [model, oneHot];
        },
      ],
    ),
    ...(['sparseCategoricalCrossentropy', 'categoricalCrossentropy', 'binaryCrossentropy'] as const).flatMap((loss) =>
      [true, false].map((fromLogits): [string, () => [Model, Float32Array | Int32Array]] => [
        `${loss}${fromLogits ? ' from logits' : ''}`,
        () => {
          const last = loss === 'binaryCrossentropy' ? 'sigmoid' : 'softmax';
          const model = sequential(
            [
              layers.dense({ units: 6, inputShape: [5] }),
              layers.activation({ activation: 'relu' }),
              layers.dense({ units: 3, activation: fromLogits ? 'linear' : last }),
            ],
            { seed: 5 },
          );
          model.compile({ optimizer: 'sgd', loss: losses[loss]({ fromLogits }) });
          return [model, loss.startsWith('sparse') ? y : oneHot];
        },
      ]),
    ),
  ];

  it.each(cases)('%s: below 1e-6', (_, make) => {
    const [model, targets] = make();
    const before = model.digest();
    const errors = model.checkGradients(x, targets);
    expect(Object.keys(errors)).toEqual(Object.keys(model.getWeights()));
    for (const [name, error] of Object.entries(errors))
      expect([name, error < 1e-6, error]).toEqual([name, true, error]);
    expect(model.digest()).toBe(before);
  });

  it('leaves out the kinks of relu, and only those', () => {
    const model = sequential([layers.dense({ units: 2, activation: 'relu', inputShape: [1] })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    // The first unit is a millionth above its kink, the second far from it.
    model.setWeights({ 'dense.kernel': [[1e-6, 1]], 'dense.bias': [0, 0] });
    const errors = model.checkGradients([1], [[1, 3]]);
    expect(errors['dense.kernel']).toBeGreaterThan(0);
    expect(errors['dense.kernel']).toBeLessThan(1e-6);
  });

  it('sees a wrong gradient', () => {
    const wrong = layers.activation({ activation: 'tanh' });
    const dense = layers.dense({ units: 3, inputShape: [5] });
    // Goes back over tanh as if it were linear.
    const broken = layer({
      ...wrong,
      lower: (...[graph, input, parameters, label]: Parameters<typeof wrong.lower>) => {
        const output = wrong.lower(graph, input, parameters, label);
        graph.tape.pop();
        graph.tape.push((gradient) => gradient);
        return output;
      },
    });
    const model = sequential([dense, broken]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(Math.max(...Object.values(model.checkGradients(x, oneHot)))).toBeGreaterThan(1e-2);
  });

  it('looks at a sample of a large model, always the same', () => {
    const model = sequential([
      layers.dense({ units: 90, activation: 'tanh', inputShape: [70] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const errors = model.checkGradients(numbers(140), [1, 2], { samples: 5 });
    expect(errors).toEqual(model.checkGradients(numbers(140), [1, 2], { samples: 5 }));
    expect(errors['dense.kernel']).toBeLessThan(1e-6);
  });
});
