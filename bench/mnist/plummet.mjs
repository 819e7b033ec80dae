// @ts-check
// One MNIST training in Plummet, in a process of its own: node plummet.mjs '{"backend":"native", …}' prints JSON.
import { mnistDataset, mnistModel } from '../lib/mnist-model.mjs';

/** @type {{ backend: string, threads: number, optimizer: string, learningRate: number, batchSize: number, rows: number, epochs: number }} */
const task = JSON.parse(process.argv[2] ?? '{}');

const dataset = mnistDataset(task.rows);
const model = mnistModel({ ...task, backend: { name: task.backend, threads: task.threads } });
/** @type {number[]} */
const ends = [];
const history = await model.fit(dataset, {
  batchSize: task.batchSize,
  epochs: task.epochs,
  verbose: 0,
  callbacks: [{ onEpochEnd: () => void ends.push(performance.now()) }],
});
const seconds = ends.slice(1).map((end, i) => (end - ends[i]) / 1000);
process.stdout.write(`${JSON.stringify({ seconds, loss: history.history.loss.at(-1), digest: model.digest() })}\n`);
