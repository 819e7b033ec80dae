// @ts-check
// Steps of one small network inside fit: node plummet.mjs '{"widths": […], …}' prints seconds a step of each epoch.
import { epochs, network, rowsFor } from '../lib/network.mjs';

const { widths, batchSize, steps, rounds, backend } = JSON.parse(process.argv[2] ?? '{}');
const dataset = rowsFor(steps * batchSize, widths);
const model = network({ widths, activation: 'tanh', optimizer: 'adam', backend });
const seconds = await epochs(model, dataset, { batchSize, epochs: rounds + 1 });
process.stdout.write(`${JSON.stringify({ seconds: seconds.map((second) => second / steps) })}\n`);
