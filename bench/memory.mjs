// @ts-check
// How much memory does the MNIST training take, and does it grow?
import { measureApart } from './lib/child.mjs';
import { needMnist } from './lib/mnist-bytes.mjs';
import { digits, table } from './lib/table.mjs';

export const question = 'resident memory of the MNIST training, in MB';

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
  return [await measureApart(script, task)];
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return table(
    ['', 'after epoch 2', 'after the last', 'peak'],
    records.map(({ second, last, peak }) => [
      'Adam 1e-3, batch 32, images as bytes',
      digits(second),
      digits(last),
      digits(peak),
    ]),
  );
}
