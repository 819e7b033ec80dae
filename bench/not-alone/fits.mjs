// @ts-check
// Several fits at once in one process: node fits.mjs '{"fits":8, …}' prints how many rows a second all of them did, and what each took.
import { mnistDataset, mnistModel } from '../lib/mnist-model.mjs';

const { fits, threads, rows, epochs } = JSON.parse(process.argv[2] ?? '{}');
const dataset = mnistDataset(rows);
const models = Array.from({ length: fits }, () =>
  mnistModel({ optimizer: 'sgd', backend: { name: 'native', threads } }),
);
// Plans, threads and memory are there before the clock runs.
for (const model of models) await model.fit(dataset, { batchSize: 128, epochs: 1, verbose: 0 });
const begin = performance.now();
const seconds = await Promise.all(
  models.map(async (model) => {
    await model.fit(dataset, { batchSize: 128, epochs, verbose: 0 });
    return (performance.now() - begin) / 1000;
  }),
);
const all = (performance.now() - begin) / 1000;
process.stdout.write(`${JSON.stringify({ rate: (fits * rows * epochs) / all, seconds })}\n`);
