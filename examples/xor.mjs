// @ts-check
// XOR, which no network without a hidden layer can learn: 2-8-1, with Adam and with Yogi, ten seeds each.
import { layers, optimizers, sequential } from 'plummet';
import { isScript } from './lib/script.mjs';

const x = [0, 0, 0, 1, 1, 0, 1, 1];
const y = [0, 1, 1, 0];

const rules = {
  adam: () => optimizers.adam({ learningRate: 0.05 }),
  yogi: () => optimizers.yogi({ learningRate: 0.05 }),
};

/**
 * @param {keyof typeof rules} optimizer
 * @param {number} seed
 */
async function train(optimizer, seed) {
  const model = sequential(
    [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
    { seed },
  );
  model.compile({ optimizer: rules[optimizer](), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  const inputs = Float32Array.from(x);
  const targets = Float32Array.from(y);
  const history = await model.fit(inputs, targets, { batchSize: 4, epochs: 1000, verbose: 0 });
  const { data } = await model.predict(inputs);
  const outputs = Array.from(data);
  return {
    optimizer,
    seed,
    outputs,
    correct: outputs.filter((output, i) => (output > 0.5 ? 1 : 0) === y[i]).length,
    loss: /** @type {number} */ (history.history.loss.at(-1)),
  };
}

export async function run() {
  const results = [];
  for (const optimizer of /** @type {const} */ (['adam', 'yogi'])) {
    for (let seed = 0; seed < 10; seed++) results.push(await train(optimizer, seed));
  }
  return results;
}

if (isScript(import.meta.url)) {
  console.log('optimizer  seed  right   0 0    0 1    1 0    1 1    loss');
  for (const { optimizer, seed, outputs, correct, loss } of await run()) {
    const shown = outputs.map((output) => output.toFixed(3)).join('  ');
    console.log(`${optimizer.padEnd(9)}  ${String(seed).padStart(4)}  ${correct}/4    ${shown}  ${loss.toFixed(4)}`);
  }
}
