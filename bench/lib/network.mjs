// @ts-check
// Networks of the questions: a list of widths, the same activation between them.
import { data, layers, optimizers, sequential } from 'plummet';

/**
 * @param {{ widths: readonly number[], activation: any, optimizer: 'sgd' | 'adam', classes?: boolean, backend?: any }} given
 */
export function network({ widths, activation, optimizer, classes = false, backend }) {
  const last = widths.length - 2;
  const model = sequential(
    widths.slice(1).map((units, i) =>
      layers.dense({
        units,
        activation: i < last ? activation : classes ? 'softmax' : 'linear',
        ...(i === 0 ? { inputShape: [widths[0]] } : {}),
      }),
    ),
    { seed: 1 },
  );
  const rule = optimizer === 'sgd' ? optimizers.sgd({ learningRate: 0.01 }) : optimizers.adam({ learningRate: 1e-3 });
  const loss = classes ? 'sparseCategoricalCrossentropy' : 'meanSquaredError';
  model.compile({ optimizer: rule, loss, metrics: classes ? ['accuracy'] : [], backend });
  return model;
}

/** Numbers between −1 and 1. @param {number} count */
export function numbers(count) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** @param {number} rows @param {readonly number[]} widths */
export const rowsFor = (rows, widths) =>
  data.dataset({
    x: { data: numbers(rows * widths[0]), shape: [rows, widths[0]] },
    y: {
      data: numbers(rows * /** @type {number} */ (widths.at(-1))),
      shape: [rows, /** @type {number} */ (widths.at(-1))],
    },
  });

/**
 * Seconds of each epoch but the first, between the ends of epochs of one `fit`.
 * @param {any} model
 * @param {any} dataset
 * @param {{ batchSize: number, epochs: number }} options
 */
export async function epochs(model, dataset, { batchSize, epochs }) {
  /** @type {number[]} */
  const ends = [];
  await model.fit(dataset, {
    batchSize,
    epochs,
    verbose: 0,
    callbacks: [{ onEpochEnd: () => void ends.push(performance.now()) }],
  });
  return ends.slice(1).map((end, i) => (end - ends[i]) / 1000);
}
