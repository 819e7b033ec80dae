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

/** Every width is measured with these batches, every batch with this width. */
const COMMON = { batches: [16, 128, 1024, 4096], width: 512 };

/** A step takes at most this many times what arithmetic or memory allows. */
const AT_MOST = 1.25;

/** Forward and gradients of kernels for both layers, of inputs for one. @param {number} width @param {number} batch */
export const operations = (width, batch) => 2 * batch * width * width * 5;

/**
 * What has to move at least: weights are read going forward, those of the second layer going back, and all are read and written
 * by the update; rows and targets come in, and both layers' activations and the first one's gradient are written once and read
 * once. Steps that move more, to gather rows or to read an activation again, do so at their own cost.
 * @param {number} width
 * @param {number} batch
 */
export const traffic = (width, batch) => 4 * (width * width * (2 + 1 + 4) + batch * width * (2 + 6));

/** What a step touches: parameters and gradients, activations and theirs. @param {number} width @param {number} batch */
const held = (width, batch) => 4 * (2 * width * width + 6 * batch * width);

/** Doubling, up to all. */
const allThreads = () => {
  const most = /** @type {number} */ (threadCounts().at(-1));
  return [1, 2, 4, 8, 16, 32, 64, 128].filter((threads) => threads < most).concat(most);
};

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, full, limitsIfAny }) {
  const { addon } = loadAddon();
  if (!addon) throw missing(noAddon);
  const isa = addon.info().isas[0];
  const limits = await limitsIfAny();
  const script = new URL('./scaling/step.mjs', import.meta.url);
  const sizes = [
    ...WIDTHS.flatMap((width) => COMMON.batches.map((batchSize) => ({ width, batchSize }))),
    ...BATCHES.filter((batchSize) => !COMMON.batches.includes(batchSize)).map((batchSize) => ({
      width: COMMON.width,
      batchSize,
    })),
  ].filter(({ width, batchSize }) =>
    quick ? width <= 512 && batchSize <= 512 : full || operations(width, batchSize) <= 3e10,
  );
  const cases = [
    ...threadCounts().flatMap((threads) => sizes.map((size) => ({ ...size, threads }))),
    ...allThreads()
      .filter((threads) => !threadCounts().includes(threads))
      .map((threads) => ({ width: COMMON.width, batchSize: 512, threads })),
  ];
  const tasks = Object.fromEntries(
    cases.map(({ width, batchSize, threads }, i) => {
      // About a tenth of a second an epoch, and no more memory than a gigabyte.
      const wanted = (quick ? 1e9 : 1e10) / operations(width, batchSize);
      const steps = Math.max(2, Math.min(Math.round(wanted), 5000, Math.floor(2 ** 27 / (batchSize * width))));
      const task = { width, batchSize, steps, rounds: 3, backend: { name: 'native', isa, threads } };
      return [i, async () => /** @type {number[]} */ ((await measureApart(script, task)).seconds)];
    }),
  );
  const values = await interleave(tasks, quick ? 1 : 2);
  return cases.map(({ width, batchSize, threads }, i) => {
    const times = scaled(summary(values[i]), 1e6);
    const arithmetic = operations(width, batchSize) / peakOf(limits, isa, threads) / 1e3;
    const memory = traffic(width, batchSize) / bandwidthOf(limits, 'copy', held(width, batchSize), threads) / 1e3;
    const bound = Math.max(arithmetic, memory);
    return { width, batchSize, threads, ...times, arithmetic, memory, bound, ratio: times.best / bound };
  });
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return table(
    ['width', 'batch', 'threads', 'best µs', 'median µs', 'arithmetic µs', 'memory µs', 'to the larger', ''],
    records.map((record) => [
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
  const bySize = /** @type {const} */ (['width', 'batchSize']).map((by) => ({
    kind: /** @type {const} */ ('lines'),
    title: `A step of w-w-w by ${by === 'width' ? 'width, batch 128' : 'batch, width 512'}`,
    x: by === 'width' ? 'width' : 'batch',
    y: 'µs',
    data: records
      .filter(({ width, batchSize }) => (by === 'width' ? batchSize === 128 : width === COMMON.width))
      .sort((a, b) => a[by] - b[by])
      .flatMap((record) => [
        { series: `${record.threads} thr.`, x: record[by], y: record.best },
        { series: `bound, ${record.threads} thr.`, x: record[by], y: record.bound, bound: true },
      ])
      .filter(({ y }) => Number.isFinite(y)),
  }));
  const ratios = threadCounts().map((threads) => {
    const own = records.filter((record) => record.threads === threads && COMMON.batches.includes(record.batchSize));
    const goal = [...new Set(own.map(({ width }) => width))];
    return {
      kind: /** @type {const} */ ('lines'),
      title: `A step to max(FLOP ÷ peak, bytes ÷ bandwidth), ${threads} thr.`,
      x: 'width',
      y: 'times the bound',
      data: [
        ...own.map(({ width, batchSize, ratio }) => ({ series: `batch ${batchSize}`, x: width, y: ratio })),
        ...goal.map((width) => ({ series: `goal ${AT_MOST}`, x: width, y: AT_MOST, bound: true })),
      ].filter(({ y }) => Number.isFinite(y)),
    };
  });
  const data = records
    .filter(({ width, batchSize }) => width === COMMON.width && batchSize === 512)
    .map(({ threads, best, noisy }) => ({ name: `${threads} thr.`, value: best, noisy }));
  const byThreads = {
    kind: /** @type {const} */ ('bars'),
    title: 'A step of 512-512-512, batch 512, by threads',
    unit: 'µs',
    data,
  };
  return [...ratios, ...bySize, byThreads];
}
