// @ts-check
// How much memory does a training take, and does it grow? Large networks against parameters × (1 + gradients + states) and one
// batch's activations: what a process of Node takes without them is left out.
import { measureApart } from './lib/child.mjs';
import { needMnist } from './lib/mnist-bytes.mjs';
import { digits, table } from './lib/table.mjs';

export const question = 'resident memory of a training, in MB';

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  needMnist();
  const script = new URL('./memory/fit.mjs', import.meta.url);
  const task = {
    optimizer: 'adam',
    learningRate: 1e-3,
    batchSize: 32,
    rows: 60_000,
    epochs: quick ? 3 : 10,
    backend: 'native',
  };
  const formula = new URL('./memory/network.mjs', import.meta.url);
  const width = quick ? 1024 : 4096;
  /** @type {any[]} */
  const records = [{ name: 'MNIST, Adam, batch 32, images as bytes', ...(await measureApart(script, task)) }];
  for (const [optimizer, states] of /** @type {[string, number][]} */ ([
    ['sgd', 0],
    ['adam', 2],
  ])) {
    const given = { optimizer, states, width, batchSize: 128 };
    const name = `${Array(3).fill(width).join('-')}, ${optimizer}, batch ${given.batchSize}`;
    records.push({ name, ...(await measureApart(formula, given)) });
  }
  return records;
}

/** @param {any[]} records */
export function print(records) {
  return table(
    ['', 'after epoch 2', 'after the last', 'peak', 'formula', 'to it'],
    records.map(({ name, second, last, peak, formula, ratio }) => [
      name,
      ...[second, last, peak, formula, ratio].map(digits),
    ]),
  );
}
