// @ts-check
// A few small trainings, chosen to be awkward: widths that are no multiple of any vector, a last partial batch, bytes and floats,
// every kind of loss. Prints what ran and one hash for all of them; builds and machines are compared by it.
//   node scripts/tiny-trainings.mjs [package folder]
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv[2] ?? '.', 'dist');
/** @param {string} file */
const load = (file) => import(pathToFileURL(resolve(folder, file)).href);
/** @type {typeof import('plummet')} */
const { backend, data, layers, optimizers, sequential } = await load('index.js');
// However small, every op is divided among all threads.
(await load('backend.js')).setThreadingThreshold(0);

const ROWS = 50;
const INPUTS = 13;

/** Whole numbers below `limit`, without a pattern that a kernel could agree with by chance. @param {number} count @param {number} limit */
function numbers(count, limit) {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  });
}

const bytes = Uint8Array.from(numbers(ROWS * INPUTS, 256));
const labels = Int32Array.from(numbers(ROWS, 5));
const floats = Float32Array.from(bytes, (byte) => Math.fround(byte / 255));
const targets = Float32Array.from(numbers(ROWS * 3, 1000), (value) => value / 1000);
const bits = Float32Array.from(numbers(ROWS * 3, 2));
const oneHot = Float32Array.from({ length: ROWS * 5 }, (_, i) => (labels[Math.floor(i / 5)] === i % 5 ? 1 : 0));

const trainings = [
  {
    x: bytes,
    y: labels,
    hidden: 'relu',
    last: 'softmax',
    units: 5,
    loss: 'sparseCategoricalCrossentropy',
    rule: optimizers.adam({ learningRate: 0.01 }),
  },
  {
    x: floats,
    y: oneHot,
    hidden: 'tanh',
    last: 'softmax',
    units: 5,
    loss: 'categoricalCrossentropy',
    rule: optimizers.yogi({ learningRate: 0.01 }),
  },
  {
    x: floats,
    y: bits,
    hidden: 'sigmoid',
    last: 'sigmoid',
    units: 3,
    loss: 'binaryCrossentropy',
    rule: optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  },
  {
    x: bytes,
    y: targets,
    hidden: 'tanh',
    last: 'linear',
    units: 3,
    loss: 'meanSquaredError',
    rule: optimizers.sgd({ learningRate: 0.1 }),
  },
];

const hash = createHash('sha256');
for (const { x, y, hidden, last, units, loss, rule } of trainings) {
  const model = sequential(
    [
      layers.dense({
        units: 37,
        activation: /** @type {any} */ (hidden),
        kernelInitializer: 'heNormal',
        inputShape: [INPUTS],
      }),
      layers.dense({ units: 19, activation: 'relu' }),
      layers.dense({ units, activation: /** @type {any} */ (last) }),
    ],
    { seed: 5 },
  );
  model.compile({ optimizer: rule, loss: /** @type {any} */ (loss), metrics: ['accuracy'] });
  const scaled = x instanceof Uint8Array ? { divisor: 255 } : {};
  const { history } = await model.fit(data.dataset({ x, y, columns: INPUTS, ...scaled }), {
    batchSize: 7,
    epochs: 3,
    verbose: 0,
  });
  hash.update(model.digest()).update(JSON.stringify(history));
}
const { name, isa, threads, reason } = backend();
console.log(JSON.stringify({ digest: hash.digest('hex'), arch: process.arch, name, isa, threads, reason }));
