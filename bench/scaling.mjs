// @ts-check
// Does cost grow as the work does? A step of w-w-w over widths and batches, against what arithmetic and memory allow.
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { bandwidthOf, peakOf, threadCounts } from './lib/limits.mjs';
import { missing, noAddon } from './lib/missing.mjs';
import { interleave, scaled, summary } from './lib/statistics.mjs';
import { digits, mark, table } from './lib/table.mjs';

export const question =
  'a step of w-w-w (relu, SGD) by width, batch and threads, against max(FLOP ÷ peak, bytes ÷ bandwidth)';

const WIDTHS = [64, 128, 256, 512, 1024, 2048, 4096];
const BATCHES = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/** Forward and gradients of kernels for both layers, of inputs for one. @param {number} width @param {number} batch */
export const operations = (width, batch) => 2 * batch * width * width * 5;

/**
 * What has to move at least: weights are read going forward, those of the second layer going back, and all are read and written
 * by the update; rows come in, and activations and their gradients are written and read.
 * @param {number} width
 * @param {number} batch
 */
export const traffic = (width, batch) => 4 * (width * width * (2 + 1 + 4) + batch * width * 8);

/** What a step touches: parameters and gradients, activations and theirs. @param {number} width @param {number} batch */
const held = (width, batch) => 4 * (2 * width * width + 6 * batch * width);

/** Doubling, up to all. */
const allThreads = () => {
  const most = /** @type {number} */ (threadCounts().at(-1));
  return [1, 2, 4, 8, 16, 32, 64, 128].filter((threads) => threads < most).concat(most);
};

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, limitsIfAny }) {
  const { addon } = loadAddon();
  if (!addon) throw missing(noAddon);
  const isa = addon.info().isas[0];
  const limits = await limitsIfAny();
  const script = new URL('./scaling/step.mjs', import.meta.url);
  const cases = [
    ...threadCounts().flatMap((threads) => [
      ...WIDTHS.map((width) => ({ by: 'width', width, batchSize: 128, threads })),
      ...BATCHES.map((batchSize) => ({ by: 'batch', width: 512, batchSize, threads })),
    ]),
    ...allThreads().map((threads) => ({ by: 'threads', width: 512, batchSize: 512, threads })),
  ].filter(({ width, batchSize }) => !quick || (width <= 512 && batchSize <= 512));
  const tasks = Object.fromEntries(
    cases.map(({ width, batchSize, threads }, i) => {
      // About a tenth of a second an epoch, and no more memory than a gigabyte.
      const wanted = (quick ? 1e9 : 1e10) / operations(width, batchSize);
      const steps = Math.max(2, Math.min(Math.round(wanted), 5000, Math.floor(2 ** 27 / (batchSize * width))));
      const task = { width, batchSize, steps, rounds: 3, backend: { name: 'native', isa, threads } };
      return [i, async () => /** @type {number[]} */ ((await measureApart(script, task)).seconds)];
    }),
  );
  const values = await interleave(tasks, quick ? 1 : 3);
  return cases.map(({ by, width, batchSize, threads }, i) => {
    const times = scaled(summary(values[i]), 1e6);
    const arithmetic = operations(width, batchSize) / peakOf(limits, isa, threads) / 1e3;
    const memory = traffic(width, batchSize) / bandwidthOf(limits, 'copy', held(width, batchSize), threads) / 1e3;
    const bound = Math.max(arithmetic, memory);
    return { by, width, batchSize, threads, ...times, arithmetic, memory, bound, ratio: times.best / bound };
  });
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return table(
    ['by', 'width', 'batch', 'threads', 'best µs', 'median µs', 'arithmetic µs', 'memory µs', 'to the larger', ''],
    records.map((record) => [
      record.by,
      `${record.width}`,
      `${record.batchSize}`,
      `${record.threads}`,
      digits(record.best),
      digits(record.median),
      digits(record.arithmetic),
      digits(record.memory),
      `${digits(record.ratio)}×`,
      mark(record),
    ]),
  );
}

/** @param {Awaited<ReturnType<typeof measure>>} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  const bySize = ['width', 'batch'].map((by) => ({
    kind: /** @type {const} */ ('lines'),
    title: `A step of w-w-w by ${by}${by === 'width' ? ', batch 128' : ', width 512'}`,
    x: by,
    y: 'µs',
    data: records
      .filter((record) => record.by === by)
      .flatMap((record) => {
        const x = by === 'width' ? record.width : record.batchSize;
        return [
          { series: `${record.threads} thr.`, x, y: record.best },
          { series: `bound, ${record.threads} thr.`, x, y: record.bound, bound: true },
        ];
      })
      .filter(({ y }) => Number.isFinite(y)),
  }));
  const data = records
    .filter(({ by }) => by === 'threads')
    .map(({ threads, best, noisy }) => ({ name: `${threads} thr.`, value: best, noisy }));
  return [...bySize, { kind: 'bars', title: 'A step of 512-512-512, batch 512, by threads', unit: 'µs', data }];
}
