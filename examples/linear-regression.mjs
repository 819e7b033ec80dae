// @ts-check
// Linear regression by gradient descent, with the intercept that the data has: y = 2x + 1, and two features with noise.
import { layers, optimizers, sequential } from 'plummet';
import { random } from './lib/random.mjs';
import { isScript } from './lib/script.mjs';

/**
 * One linear unit, trained on all rows at once.
 * @param {Float32Array} x rows × features
 * @param {Float32Array} y
 * @param {number} features
 * @param {{ learningRate: number, epochs: number }} options
 */
async function regress(x, y, features, { learningRate, epochs }) {
  const model = sequential([layers.dense({ units: 1, inputShape: [features] })], { seed: 1 });
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'meanSquaredError' });
  await model.fit(x, y, { batchSize: y.length, epochs, verbose: 0 });
  const { loss } = await model.evaluate(x, y);
  const weights = model.getWeights();
  return { w: Array.from(weights['dense.kernel'].data), b: weights['dense.bias'].data[0], mse: loss };
}

/** Four exact points of y = 2x + 1. */
function line() {
  const x = Float32Array.of(1, 2, 3, 4);
  return regress(
    x,
    x.map((value) => 2 * value + 1),
    1,
    { learningRate: 0.05, epochs: 2000 },
  );
}

/** y = 1·x₀ + 2·x₁ + 3 and noise of standard deviation 0.1: what remains is its variance, 0.01. */
function plane() {
  const rows = 1000;
  const { normal } = random(42);
  const x = Float32Array.from({ length: 2 * rows }, normal);
  const y = Float32Array.from({ length: rows }, (_, i) => x[2 * i] + 2 * x[2 * i + 1] + 3 + 0.1 * normal());
  return regress(x, y, 2, { learningRate: 0.01, epochs: 1000 });
}

export const run = async () => ({ line: await line(), plane: await plane() });

if (isScript(import.meta.url)) {
  const { line, plane } = await run();
  const show = (/** @type {number} */ value) => value.toFixed(4);
  console.log(`y = 2x + 1           w = ${line.w.map(show)}  b = ${show(line.b)}  MSE ${line.mse.toExponential(2)}`);
  console.log(
    `y = x₀ + 2x₁ + 3 + ε  w = ${plane.w.map(show).join(', ')}  b = ${show(plane.b)}  MSE ${show(plane.mse)} (the variance of ε: 0.01)`,
  );
}
