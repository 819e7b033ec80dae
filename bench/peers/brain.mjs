// @ts-check
// brain.js, which has neither batches nor softmax: one epoch of single rows; node brain.mjs '{"task":"epoch", …}' prints JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mnistBytes } from '../lib/mnist-bytes.mjs';

const require = createRequire(import.meta.url);
const { NeuralNetwork } = require('brain.js');
const given = JSON.parse(process.argv[2] ?? '{}');
const hiddenLayers = given.widths.slice(1, -1);

/** @param {{ input: number[], output: number[] }[]} rows @param {number} iterations */
function trained(rows, iterations) {
  const net = new NeuralNetwork({ hiddenLayers, activation: given.task === 'epoch' ? 'relu' : 'tanh' });
  const begin = performance.now();
  net.train(rows, { iterations, errorThresh: 1e-9, log: false });
  return { net, seconds: (performance.now() - begin) / 1000 };
}

const seconds = [];
if (given.task === 'epoch') {
  const { images, labels } = mnistBytes('train');
  const rows = Array.from({ length: given.rows }, (_, i) => ({
    input: Array.from(images.subarray(i * 784, (i + 1) * 784), (byte) => byte / 255),
    output: Array.from({ length: 10 }, (_, label) => Number(label === labels[i])),
  }));
  for (let epoch = 1; epoch < given.epochs; epoch++) seconds.push(trained(rows, 1).seconds);
} else {
  const input = Array.from({ length: given.widths[0] }, (_, i) => i / 16);
  const { net } = trained([{ input, output: Array(given.widths.at(-1)).fill(0.5) }], 1);
  for (let round = 0; round <= given.rounds; round++) {
    const begin = performance.now();
    for (let i = 0; i < given.steps; i++) net.run(input);
    if (round > 0) seconds.push((performance.now() - begin) / 1000 / given.steps);
  }
}
const { version } = JSON.parse(readFileSync(new URL('./node_modules/brain.js/package.json', import.meta.url), 'utf8'));
process.stdout.write(`${JSON.stringify({ seconds, version })}\n`);
