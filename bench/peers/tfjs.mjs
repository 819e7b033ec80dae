// @ts-check
// TensorFlow.js and tfjs-node: node tfjs.mjs '{"task":"epoch","backend":"wasm", …}' prints JSON.
import { createRequire } from 'node:module';
import { mnistBytes } from '../lib/mnist-bytes.mjs';

const peers = createRequire(import.meta.url);
const given = JSON.parse(process.argv[2] ?? '{}');
// tfjs-node brings the rest of TensorFlow.js with it.
const all = given.backend === 'tensorflow' ? peers('@tensorflow/tfjs-node') : undefined;
const tf = all ?? peers('@tensorflow/tfjs-core');
const layers = all ?? peers('@tensorflow/tfjs-layers');
if (!all) peers(`@tensorflow/tfjs-backend-${given.backend}`);
await tf.setBackend(given.backend);
await tf.ready();

/** @param {readonly number[]} widths @param {string} between @param {string} last */
function network(widths, between, last) {
  const model = layers.sequential();
  for (const [i, units] of widths.slice(1).entries()) {
    const activation = i === widths.length - 2 ? last : between;
    model.add(layers.layers.dense({ units, activation, ...(i === 0 && { inputShape: [widths[0]] }) }));
  }
  return model;
}

const rule = () =>
  given.optimizer === 'sgd' ? tf.train.sgd(given.learningRate) : tf.train.adam(given.learningRate ?? 1e-3);

/** @type {Record<string, () => Promise<number[]>>} */
const tasks = {
  async epoch() {
    const bytes = mnistBytes('train');
    const pixels = Float32Array.from(bytes.images.subarray(0, given.rows * bytes.columns), (byte) => byte / 255);
    const x = tf.tensor2d(pixels, [given.rows, bytes.columns]);
    const y = tf.tensor1d(Float32Array.from(bytes.labels.subarray(0, given.rows)), 'float32');
    const model = network(given.widths, 'relu', 'softmax');
    model.compile({ optimizer: rule(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    /** @type {number[]} */
    const ends = [];
    await model.fit(x, y, {
      batchSize: given.batchSize,
      epochs: given.epochs,
      verbose: 0,
      yieldEvery: 'epoch',
      callbacks: { onEpochEnd: async () => void ends.push(performance.now()) },
    });
    return ends.slice(1).map((end, i) => (end - ends[i]) / 1000);
  },
  async step() {
    const model = network(given.widths, 'tanh', 'linear');
    model.compile({ optimizer: rule(), loss: 'meanSquaredError' });
    const x = tf.randomNormal([given.batchSize, given.widths[0]]);
    const y = tf.randomNormal([given.batchSize, given.widths.at(-1)]);
    return times(async () => void (await model.trainOnBatch(x, y)));
  },
  async predict() {
    const model = network(given.widths, 'tanh', 'linear');
    const x = tf.randomNormal([1, given.widths[0]]);
    return times(() => void tf.tidy(() => model.predict(x).dataSync()));
  },
};

/** Seconds a call, of each round. @param {() => void | Promise<void>} call */
async function times(call) {
  const seconds = [];
  for (let round = 0; round <= given.rounds; round++) {
    const begin = performance.now();
    for (let i = 0; i < given.steps; i++) await call();
    seconds.push((performance.now() - begin) / 1000 / given.steps);
  }
  return seconds.slice(1);
}

const seconds = await tasks[given.task]();
process.stdout.write(`${JSON.stringify({ seconds, version: tf.version?.tfjs ?? tf.version_core })}\n`);
