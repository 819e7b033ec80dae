// @ts-check
// How near to the peak are matrix products, of the shapes that networks have?
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { bandwidthOf, threadCounts } from './lib/limits.mjs';
import { missing, noAddon } from './lib/missing.mjs';
import { absences, peersFor } from './lib/peers.mjs';
import { probeIsas, probeMissing } from './lib/probe.mjs';
import { rates, summary } from './lib/statistics.mjs';
import { digits, mark, percent, table } from './lib/table.mjs';

export const question = 'matrix products, in GFLOP/s, looped inside the addon';

/** @typedef {{ form: string, m: number, n: number, k: number, layout: string }} Product c is m × n; N and T: as they are, transposed */

/** Those of a forward pass, of gradients of kernels, and of gradients of inputs. @type {readonly (readonly [string, number, number, number])[]} */
const shapes = [
  ['NN', 128, 128, 784],
  ['NN', 32, 128, 784],
  ['NN', 128, 10, 128],
  ['NN', 128, 1024, 1024],
  ['NN', 1, 1024, 1024],
  ['NN', 16, 16, 16],
  ['NN', 32, 32, 32],
  ['NN', 64, 64, 64],
  ['NN', 96, 96, 96],
  ['NN', 256, 256, 256],
  ['NN', 512, 512, 512],
  ['NN', 1024, 1024, 1024],
  ['NN', 2048, 2048, 2048],
  ['TN', 784, 128, 128],
  ['TN', 784, 128, 32],
  ['TN', 128, 10, 128],
  ['TN', 32, 32, 32],
  ['TN', 64, 64, 64],
  ['TN', 96, 96, 96],
  ['TN', 256, 256, 256],
  ['TN', 512, 512, 512],
  ['TN', 1024, 1024, 128],
  ['TN', 1024, 1024, 1024],
  ['TN', 2048, 2048, 2048],
  ['NT', 128, 128, 10],
  ['NT', 128, 784, 128],
  ['NT', 32, 32, 32],
  ['NT', 64, 64, 64],
  ['NT', 96, 96, 96],
  ['NT', 256, 256, 256],
  ['NT', 512, 512, 512],
  ['NT', 128, 1024, 1024],
  ['NT', 1024, 1024, 1024],
  ['NT', 2048, 2048, 2048],
];

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, full, limitsIfAny }) {
  const { addon } = loadAddon();
  if (!addon) throw missing(noAddon);
  const probed = (await probeMissing()) ? [] : await probeIsas();
  const limits = await limitsIfAny();
  const most = quick ? 512 : full ? 2048 : 1024;
  const asked = shapes.filter(([, m]) => m <= most);
  const products = asked.flatMap(([form, m, n, k]) => ['rows', 'panels'].map((layout) => ({ form, m, n, k, layout })));
  /** @type {any[]} */
  const records = [];
  for (const isa of addon.info().isas.filter((name) => name !== 'scalar')) {
    for (const threads of threadCounts()) {
      const task = { products, isa, threads, probed: probed.includes(isa) };
      const effort = quick ? { seconds: 0.005, rounds: 3 } : { seconds: 0.05, rounds: 7 };
      const script = new URL('./products/measure.mjs', import.meta.url);
      const { peak, times } = await measureApart(script, { ...task, ...effort });
      for (const [i, product] of products.entries()) {
        const gflops = rates(times[i], (2 * product.m * product.n * product.k) / 1e9);
        const share = { peak: peak?.best, share: gflops.best / peak?.best };
        records.push({
          ...product,
          isa,
          threads,
          ...share,
          ...streamed(product, gflops.best, threads, limits),
          ...gflops,
        });
      }
    }
  }
  for (const [form, m, n, k] of asked.filter((shape) => shape[0] === 'NN')) {
    const flop = 2 * m * n * k;
    for (const threads of threadCounts()) {
      const size = { shape: [m, n, k], threads, steps: Math.max(3, Math.ceil(2e8 / flop)), rounds: quick ? 3 : 7 };
      for (const { name, run } of await peersFor('product', size)) {
        const { seconds, ...rest } = await run();
        const gflops = seconds && rates(summary(seconds), flop / 1e9);
        records.push({ form, m, n, k, layout: name, name, isa: '', threads, ...rest, ...gflops });
      }
    }
  }
  return records;
}

/**
 * How near a product that uses each number once is to reading its matrix.
 * @param {Product} product
 * @param {number} gflops
 * @param {number} threads
 * @param {import('./lib/context.mjs').Limits | undefined} limits
 */
function streamed({ m, n, k }, gflops, threads, limits) {
  if (m > 1) return {};
  const rate = (4 * (m * k + k * n + m * n) * gflops) / (2 * m * n * k);
  return { rate, ofReading: rate / bandwidthOf(limits, 'read', 4 * k * n, threads) };
}

const nameOf = (/** @type {Product} */ { form, m, n, k }) => `${form} ${m}×${n}×${k}`;

/** @param {any[]} records */
export function print(records) {
  const figures = table(
    ['', 'laid out in', 'isa', 'threads', 'best', 'median', 'of peak', 'of reading', ''],
    records
      .filter(({ absent }) => absent === undefined)
      .map((record) => [
        nameOf(record),
        record.layout,
        record.isa,
        `${record.threads}`,
        digits(record.best),
        digits(record.median),
        percent(record.share),
        record.ofReading === undefined ? '' : percent(record.ofReading),
        mark(record),
      ]),
  );
  return `${figures}\n${absences(records)}`.trimEnd();
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  // Operands row by row are in the table.
  const drawn = records.filter(({ layout, best }) => layout !== 'rows' && best !== undefined);
  const groups = new Map(
    drawn.map(({ isa, threads, peak }) => [`${isa || 'peers'}, ${threads} thr.`, { isa, threads, peak }]),
  );
  return [...groups].map(([name, { isa, threads, peak }]) => ({
    kind: 'bars',
    title: `Matrix products: ${name}`,
    unit: 'GFLOP/s',
    ...(peak === undefined ? {} : { limit: { value: peak, label: 'peak' } }),
    data: drawn
      .filter((record) => record.isa === isa && record.threads === threads)
      .map((record) => ({
        name: isa ? nameOf(record) : `${nameOf(record)}, ${record.layout}`,
        value: record.best,
        noisy: record.noisy,
        own: isa !== '',
      })),
  }));
}
