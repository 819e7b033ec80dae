// @ts-check
// Networks, trained by `fit`.
import { layers, sequential } from 'plummet';
import { mnistBytes } from '../../bench/lib/mnist-bytes.mjs';

/** @typedef {import('plummet').optimizers.Optimizer} Optimizer */

const backend = /** @type {const} */ ({ name: 'native', threads: 2 });

const SEEDS = [0, 1, 2];

/** What it is evaluated by: of asgd, the average. @param {Optimizer} optimizer */
const weights = ({ parts }) => ({ averaged: parts.some(({ averaged }) => averaged !== undefined) });

/**
 * 2-8-1, tanh and sigmoid, all four rows a step.
 * @param {() => Optimizer} make
 * @param {number} steps
 * @param {readonly number[]} seeds
 * @returns the fewest rows that are right, of all seeds
 */
export async function xor(make, steps, seeds = SEEDS) {
  const x = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
  const y = Float32Array.of(0, 1, 1, 0);
  let fewest = 4;
  for (const seed of seeds) {
    const model = sequential(
      [
        layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
      { seed },
    );
    const optimizer = make();
    model.compile({ optimizer, loss: 'binaryCrossentropy', metrics: ['accuracy'], backend });
    await model.fit(x, y, { epochs: steps, batchSize: 4, verbose: 0 });
    const { loss, accuracy } = await model.evaluate(x, y, weights(optimizer));
    fewest = Math.min(fewest, Number.isFinite(loss) ? Math.round(4 * accuracy) : 0);
  }
  return fewest;
}

/** @param {Uint8Array} bytes */
const scaled = (bytes) => Float32Array.from(bytes, (byte) => byte / 255);

const readMnist = () =>
  /** @type {const} */ (['train', 't10k']).map((set) => {
    const { images, labels } = mnistBytes(set);
    return /** @type {const} */ ([scaled(images), Int32Array.from(labels)]);
  });

/** @type {ReturnType<typeof readMnist> | undefined} */
let digits;

export const ROWS = 60_000;

/**
 * 784-128-10, seed 0: the accuracy on the 10,000 images that it has not seen.
 * @param {() => Optimizer} make
 * @param {{ batchSize: number, epochs: number }} fit
 */
export async function mnist(make, fit) {
  digits ??= readMnist();
  const [[x, y], [testX, testY]] = digits;
  const model = sequential(
    [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 0 },
  );
  const optimizer = make();
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], backend });
  await model.fit(x, y, { ...fit, verbose: 0 });
  const { accuracy } = await model.evaluate(testX, testY, weights(optimizer));
  return accuracy;
}
