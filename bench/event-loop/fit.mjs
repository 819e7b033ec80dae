// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mnistDataset, mnistModel } from '../lib/mnist-model.mjs';

const task = JSON.parse(process.argv[2] ?? '{}');
const dataset = mnistDataset(task.rows);
const model = mnistModel({ ...task, backend: task.backend });
// What making the dataset and the model left to do is not fit's.
await new Promise((resolve) => setTimeout(resolve, 200));

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const begin = performance.now();
await model.fit(dataset, { batchSize: task.batchSize, epochs: task.epochs, verbose: 0 });
const seconds = (performance.now() - begin) / 1000;
// A block at the very end shows when the timer next runs.
await new Promise((resolve) => setTimeout(resolve, 5));
delay.disable();
const ms = (/** @type {number} */ ns) => ns / 1e6;
process.stdout.write(
  `${JSON.stringify({ p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max), seconds })}\n`,
);
