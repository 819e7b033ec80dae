// @ts-check
import { mnistDataset, mnistModel } from '../lib/mnist-model.mjs';

const task = JSON.parse(process.argv[2] ?? '{}');
const dataset = mnistDataset(task.rows);
const model = mnistModel(task);
/** @type {number[]} */
const resident = [];
await model.fit(dataset, {
  batchSize: task.batchSize,
  epochs: task.epochs,
  verbose: 0,
  callbacks: [{ onEpochEnd: () => void resident.push(process.memoryUsage.rss() / 1e6) }],
});
process.stdout.write(
  `${JSON.stringify({ second: resident[1], last: resident.at(-1), peak: (process.resourceUsage().maxRSS * 1024) / 1e6 })}\n`,
);
