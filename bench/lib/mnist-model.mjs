// @ts-check
// The network and the dataset of all MNIST measurements.
import { data } from 'plummet';
import { mnistFile } from './mnist-bytes.mjs';
import { network } from './network.mjs';

/** @param {{ optimizer: 'sgd' | 'adam', backend?: any }} task */
export const mnistModel = ({ optimizer, backend }) =>
  network({ widths: [784, 128, 10], activation: 'relu', optimizer, classes: true, backend });

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
