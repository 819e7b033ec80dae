// @ts-check
// How long is an epoch of MNIST (784-128-10, 60,000 rows), against peers? One fit; the time between ends of epochs, the first left out.

import { measureApart } from './lib/child.mjs';
import { trainings } from './lib/mnist-model.mjs';
import { peers } from './lib/peers.mjs';
import { best, median } from './lib/statistics.mjs';
import { digits, table } from './lib/table.mjs';

const ALL = 60_000;
const plummet = new URL('./mnist/plummet.mjs', import.meta.url);
const tfjs = new URL('./mnist/tfjs.mjs', import.meta.url);

/** The slow ones see a part of the rows; their seconds are scaled to all of them. */
const runners = [
  {
    name: 'Plummet native, 2 threads',
    script: plummet,
    task: { backend: 'native', threads: 2 },
    rows: ALL,
    epochs: 11,
  },
  { name: 'Plummet native, 1 thread', script: plummet, task: { backend: 'native', threads: 1 }, rows: ALL, epochs: 11 },
  { name: 'Plummet reference', script: plummet, task: { backend: 'reference', threads: 1 }, rows: 12_000, epochs: 4 },
  { name: 'TensorFlow.js wasm', script: tfjs, task: { backend: 'wasm' }, rows: 12_000, epochs: 4 },
  { name: 'TensorFlow.js cpu', script: tfjs, task: { backend: 'cpu' }, rows: 6_000, epochs: 3 },
];

export const question = 'seconds an epoch of MNIST';

/** @param {{ full: boolean }} options `full`: every runner sees all rows, for five epochs or more */
export async function measure({ full }) {
  await peers();
  const records = [];
  for (const [training, settings] of Object.entries(trainings)) {
    for (const { name, script, task, rows, epochs } of runners) {
      const size = full ? { rows: ALL, epochs: Math.max(epochs, 5) } : { rows, epochs };
      process.stderr.write(`  ${training}: ${name} …\n`);
      const { seconds, loss } = await measureApart(script, { ...task, ...settings, ...size });
      const scaled = seconds.map((/** @type {number} */ s) => (s * ALL) / size.rows);
      records.push({ training, name, ...size, best: best(scaled), median: median(scaled), loss });
    }
  }
  return records;
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return Object.keys(trainings)
    .map((training) => {
      const own = records.filter((record) => record.training === training);
      const fastest = own.find(({ name }) => name.startsWith('Plummet native, 2'))?.best ?? Number.NaN;
      const rows = own.map(({ name, best, median, rows, epochs }) => [
        name,
        digits(best),
        digits(median),
        `${digits(best / fastest)}×`,
        rows === ALL ? `${epochs - 1} epochs` : `${epochs - 1} epochs of ${rows} rows, scaled`,
      ]);
      return `${training}\n${table(['', 'best s', 'median s', 'to the first', 'measured over'], rows)}`;
    })
    .join('\n\n');
}
