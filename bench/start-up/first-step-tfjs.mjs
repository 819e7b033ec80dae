// @ts-check
// The same in TensorFlow.js.
import { createRequire } from 'node:module';

const peers = createRequire(new URL('../peers/package.json', import.meta.url));
const tf = peers('@tensorflow/tfjs-core');
const { layers, sequential } = peers('@tensorflow/tfjs-layers');
peers('@tensorflow/tfjs-backend-cpu');
await tf.ready();
const model = sequential();
model.add(layers.dense({ units: 128, activation: 'relu', inputShape: [784] }));
model.add(layers.dense({ units: 10, activation: 'softmax' }));
model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
await model.trainOnBatch(tf.zeros([128, 784]), tf.zeros([128]));
