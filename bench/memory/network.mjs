// @ts-check
// Memory of one wide network in training, over what the process has before: node network.mjs '{"width":1024, …}' prints MB.
import { network, rowsFor } from '../lib/network.mjs';

const { width, batchSize, optimizer, states } = JSON.parse(process.argv[2] ?? '{}');
// A small training first: threads and compiled code are no part of what is asked.
const train = (/** @type {number[]} */ widths) => {
  const dataset = rowsFor(2 * batchSize, widths);
  const before = process.memoryUsage.rss();
  const model = network({ widths, activation: 'relu', optimizer, backend: { name: 'native' } });
  /** @type {number[]} */
  const resident = [];
  const onEpochEnd = () => void resident.push(process.memoryUsage.rss());
  return model
    .fit(dataset, { batchSize, epochs: 3, verbose: 0, callbacks: [{ onEpochEnd }] })
    .then(() => [...resident, process.resourceUsage().maxRSS * 1024].map((bytes) => (bytes - before) / 1e6));
};
await train([32, 32, 32]);
const resident = await train([width, width, width]);
const parameters = 2 * (width * width + width);
// The batch's rows, each layer's output, and the gradients of both.
const activations = batchSize * width * 5;
const formula = (4 * (parameters * (2 + states) + activations)) / 1e6;
const peak = Math.max(...resident);
process.stdout.write(
  `${JSON.stringify({ second: resident[1], last: resident[2], peak, formula, ratio: peak / formula })}\n`,
);
