// @ts-check
// From import to the end of a fit of one step.
import { layers, sequential } from 'plummet';

const model = sequential([
  layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
await model.fit(new Float32Array(128 * 784), new Int32Array(128), { batchSize: 128, verbose: 0 });
