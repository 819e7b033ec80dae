// @ts-check
// One MNIST training in TensorFlow.js, in a process of its own: node tfjs.mjs '{"backend":"wasm", …}' prints JSON.
import { createRequire } from 'node:module';
import { mnistBytes } from '../lib/mnist-bytes.mjs';

const peers = createRequire(new URL('../peers/package.json', import.meta.url));
const tf = peers('@tensorflow/tfjs-core');
const layers = peers('@tensorflow/tfjs-layers');

/** @type {{ backend: string, optimizer: string, learningRate: number, batchSize: number, rows: number, epochs: number }} */
const task = JSON.parse(process.argv[2] ?? '{}');
const factories = /** @type {Record<string, () => unknown>} */ ({
  sgd: () => tf.train.sgd(task.learningRate),
  adam: () => tf.train.adam(task.learningRate),
});

peers(`@tensorflow/tfjs-backend-${task.backend}`);
await tf.setBackend(task.backend);
await tf.ready();

const data = mnistBytes('train');
const pixels = Float32Array.from(data.images.subarray(0, task.rows * data.columns), (byte) => byte / 255);
const x = tf.tensor2d(pixels, [task.rows, data.columns]);
const y = tf.tensor1d(Float32Array.from(data.labels.subarray(0, task.rows)), 'float32');

const model = layers.sequential();
model.add(
  layers.layers.dense({ units: 128, activation: 'relu', inputShape: [784], kernelInitializer: 'glorotUniform' }),
);
model.add(layers.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: 'glorotUniform' }));
model.compile({ optimizer: factories[task.optimizer](), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

/** @type {number[]} */
const ends = [];
const history = await model.fit(x, y, {
  batchSize: task.batchSize,
  epochs: task.epochs,
  verbose: 0,
  callbacks: { onEpochEnd: async () => void ends.push(performance.now()) },
});
const seconds = ends.slice(1).map((end, i) => (end - ends[i]) / 1000);
process.stdout.write(
  `${JSON.stringify({ seconds, loss: history.history.loss.at(-1), version: layers.version_layers, ran: tf.getBackend() })}\n`,
);
