// @ts-check
// Epochs with one number of threads after another, under the same conditions: node epochs.mjs '{"threads":[1,2], …}' prints
// the seconds of each. The first epoch of each is warm-up.
import { mnistDataset, mnistModel } from '../lib/mnist-model.mjs';

const { optimizer, batchSize, threads, rows, epochs } = JSON.parse(process.argv[2] ?? '{}');
const dataset = mnistDataset(rows);
const seconds = [];
for (const count of threads) {
  const model = mnistModel({ optimizer, backend: { name: 'native', threads: count } });
  /** @type {number[]} */
  const ends = [];
  const onEpochEnd = () => ends.push(performance.now());
  await model.fit(dataset, { batchSize, epochs: epochs + 1, verbose: 0, callbacks: [{ onEpochEnd }] });
  seconds.push((ends[epochs] - ends[0]) / epochs / 1000);
}
process.stdout.write(`${JSON.stringify({ seconds })}\n`);
