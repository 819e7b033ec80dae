// @ts-check
// The network and the dataset of all MNIST measurements.
import { data, layers, optimizers, sequential } from 'plummet';
import { mnistFile } from './mnist-bytes.mjs';

/** The two trainings: the same network, two ways. */
export const trainings = {
  'SGD 0.01, batch 128': { optimizer: 'sgd', learningRate: 0.01, batchSize: 128 },
  'Adam 1e-3, batch 32': { optimizer: 'adam', learningRate: 1e-3, batchSize: 32 },
};

/** @param {{ optimizer: string, learningRate: number, backend?: any }} task */
export function mnistModel({ optimizer, learningRate, backend }) {
  const model = sequential(
    [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    { seed: 1 },
  );
  const rule = optimizer === 'sgd' ? optimizers.sgd({ learningRate }) : optimizers.adam({ learningRate });
  model.compile({ optimizer: rule, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], backend });
  return model;
}

/** Bytes stay bytes. @param {number} rows */
export function mnistDataset(rows) {
  const images = data.idx(mnistFile('train-images-idx3-ubyte'));
  const labels = data.idx(mnistFile('train-labels-idx1-ubyte'));
  return data.dataset({
    x: images.data.subarray(0, rows * 784),
    y: Int32Array.from(labels.data.subarray(0, rows)),
    divisor: 255,
  });
}
