// @ts-check
// One MNIST training in Plummet, in a process of its own: node plummet.mjs '{"backend":{"name":"native"}, …}' prints JSON.
import { mnistDataset } from '../lib/mnist-model.mjs';
import { epochs, network } from '../lib/network.mjs';

const task = JSON.parse(process.argv[2] ?? '{}');
const { widths, optimizer, backend, batchSize } = task;
const dataset = mnistDataset(task.rows);
const model = network({ widths, activation: 'relu', optimizer, classes: true, backend });
const seconds = await epochs(model, dataset, { batchSize, epochs: task.epochs });
process.stdout.write(`${JSON.stringify({ seconds, digest: model.digest() })}\n`);
