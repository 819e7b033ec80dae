// @ts-check
// Seconds a step of one network inside fit, of each epoch: node step.mjs '{"width":64,"batchSize":128, …}' prints JSON.
import { epochs, network, rowsFor } from '../lib/network.mjs';

const { width, batchSize, steps, rounds, backend } = JSON.parse(process.argv[2] ?? '{}');
const widths = [width, width, width];
const dataset = rowsFor(steps * batchSize, widths);
const model = network({ widths, activation: 'relu', optimizer: 'sgd', backend });
const seconds = await epochs(model, dataset, { batchSize, epochs: rounds + 1 });
process.stdout.write(`${JSON.stringify({ seconds: seconds.map((second) => second / steps) })}\n`);
