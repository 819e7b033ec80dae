// @ts-check
// Are the gradients right? Back-propagation against central differences in float64, for every activation and loss.
import { layers, sequential } from 'plummet';
import { random } from './lib/random.mjs';
import { isScript } from './lib/script.mjs';

const ROWS = 5;
const INPUTS = 7;

/** Hidden activation, output activation, loss, units of the output. */
const cases = /** @type {const} */ ([
  ['tanh', 'softmax', 'sparseCategoricalCrossentropy', 4],
  ['sigmoid', 'softmax', 'categoricalCrossentropy', 4],
  ['tanh', 'sigmoid', 'binaryCrossentropy', 3],
  ['relu', 'linear', 'meanSquaredError', 2],
  ['linear', 'softmax', 'meanSquaredError', 4],
]);

/**
 * @param {string} loss
 * @param {number} units
 * @param {() => number} uniform
 */
function targets(loss, units, uniform) {
  const labels = Int32Array.from({ length: ROWS }, () => Math.floor(uniform() * units));
  if (loss === 'sparseCategoricalCrossentropy') return labels;
  if (loss === 'categoricalCrossentropy') {
    return Float32Array.from({ length: ROWS * units }, (_, i) => (labels[Math.floor(i / units)] === i % units ? 1 : 0));
  }
  return Float32Array.from(
    { length: ROWS * units },
    loss === 'binaryCrossentropy' ? () => Math.round(uniform()) : uniform,
  );
}

export async function run() {
  const results = [];
  for (const [hidden, output, loss, units] of cases) {
    const { uniform, normal } = random(7);
    const model = sequential(
      [
        layers.dense({ units: 6, activation: hidden, inputShape: [INPUTS] }),
        layers.dense({ units, activation: output }),
      ],
      { seed: 3 },
    );
    model.compile({ optimizer: 'sgd', loss });
    const x = Float32Array.from({ length: ROWS * INPUTS }, normal);
    results.push({ hidden, output, loss, errors: await model.checkGradients(x, targets(loss, units, uniform)) });
  }
  return results;
}

if (isScript(import.meta.url)) {
  for (const { hidden, output, loss, errors } of await run()) {
    console.log(`${hidden} → ${output}, ${loss}`);
    for (const [name, error] of Object.entries(errors)) console.log(`  ${name.padEnd(16)} ${error.toExponential(1)}`);
  }
}
