// @ts-check
// How long is an epoch of MNIST (60,000 rows), against peers? The time between ends of epochs of one fit, the first left out;
// all runners in turn, each time in a process of its own.
import { dirname } from 'node:path';
import { loadAddon } from '#internal';
import { measureApart } from './child.mjs';
import { peakOf, threadCounts } from './limits.mjs';
import { mnistFile } from './mnist-bytes.mjs';
import { absences, peersFor } from './peers.mjs';
import { summary } from './statistics.mjs';
import { digits, mark, percent, table } from './table.mjs';

const ALL = 60_000;

/** Multiplications and additions of an epoch: forward, gradients of kernels, and of inputs but for the first layer. @param {readonly number[]} widths */
const operations = (widths) =>
  2 * ALL * widths.slice(1).reduce((sum, units, i) => sum + units * widths[i] * (i === 0 ? 2 : 3), 0);

/** @returns {{ name: string, backend: { name: string, threads: number, isa?: string } }[]} */
function plummets() {
  const { addon } = loadAddon();
  const isas = addon ? addon.info().isas.filter((name) => name !== 'scalar') : [];
  return [
    ...isas.flatMap((isa) =>
      threadCounts().map((threads) => ({
        name: `Plummet ${isa}, ${threads} thread${threads > 1 ? 's' : ''}`,
        backend: { name: 'native', isa, threads },
      })),
    ),
    ...threadCounts().map((threads) => ({
      name: `Plummet reference, ${threads} thread${threads > 1 ? 's' : ''}`,
      backend: { name: 'reference', threads },
    })),
  ];
}

/**
 * @param {Record<string, { widths: number[], optimizer: string, learningRate: number, batchSize: number, epochs: number }>} trainings
 * @param {import('./context.mjs').Context} context
 */
export async function measureEpochs(trainings, { quick, full, limitsIfAny }) {
  const limits = await limitsIfAny();
  const script = new URL('../mnist/plummet.mjs', import.meta.url);
  const records = [];
  for (const [training, { epochs, ...settings }] of Object.entries(trainings)) {
    const wide = settings.widths[1] > 128;
    // The slow ones see a part of the rows; their seconds are scaled to all of them.
    const part = full ? ALL : quick ? (wide ? 256 : 1536) : wide ? 1536 : 6144;
    const fast = { rows: quick ? 6144 : ALL, epochs: quick ? 3 : epochs };
    const slow = { rows: part, epochs: full ? 5 : 2 };
    const common = { ...settings, folder: dirname(mnistFile('train-images-idx3-ubyte')) };
    const runners = [
      ...plummets().map(({ name, backend }) => {
        const size = backend.name === 'native' ? fast : slow;
        return { name, backend, size, run: () => measureApart(script, { ...common, backend, ...size }) };
      }),
      ...(await peersFor('epoch', { ...common, ...fast }, slow)).map((peer) => ({
        ...peer,
        backend: undefined,
        size: peer.slow ? slow : fast,
      })),
    ];
    /** @type {Record<string, { seconds: number[], digest?: string, version?: string, absent?: string }>} */
    const found = {};
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
      for (const { name, size, run } of runners) {
        if (found[name]?.absent) continue;
        process.stderr.write(`  ${training}, round ${turn + 1}: ${name} …\n`);
        const { seconds = [], ...rest } = await run();
        found[name] ??= { ...rest, seconds: [] };
        found[name].seconds.push(...seconds.map((/** @type {number} */ second) => (second * ALL) / size.rows));
      }
    }
    const digests = new Set(
      runners.flatMap(({ name, size }) => (size === fast ? [found[name].digest ?? []].flat() : [])),
    );
    if (digests.size > 1) throw new Error(`${training}: threads or instruction sets changed the digest`);
    for (const { name, size, backend } of runners) {
      const { seconds, ...rest } = found[name];
      const base = { training, name, ...size, widths: settings.widths, ...rest };
      if (seconds.length === 0) {
        records.push({ ...base, absent: rest.absent ?? 'measured nothing' });
        continue;
      }
      const times = summary(seconds);
      const peak = backend?.isa ? peakOf(limits, backend.isa, backend.threads) : Number.NaN;
      const gflops = operations(settings.widths) / times.best / 1e9;
      records.push({ ...base, ...times, threads: backend?.threads, isa: backend?.isa, gflops, share: gflops / peak });
    }
  }
  return records;
}

/** @param {any[]} records */
export function printEpochs(records) {
  return [...new Set(records.map(({ training }) => training))]
    .map((training) => {
      const own = records.filter((record) => record.training === training);
      const fastest = Math.min(...own.filter(({ name }) => name.startsWith('Plummet')).map(({ best }) => best));
      const rows = own
        .filter(({ absent }) => absent === undefined)
        .map((record) => [
          record.name,
          digits(record.best),
          digits(record.median),
          Number.isFinite(record.best) ? `${digits(record.best / fastest)}×` : '–',
          digits(record.gflops),
          percent(record.share),
          `${record.rows === ALL ? '' : `${record.rows} rows, scaled `}${mark(record)}`,
        ]);
      return `${training}\n${table(['', 'best s', 'median s', 'to the first', 'GFLOP/s', 'of peak', ''], rows)}\n${absences(own)}`.trimEnd();
    })
    .join('\n\n');
}

/** @param {any[]} records @returns {import('../report/charts.mjs').Chart[]} */
export function chartEpochs(records) {
  return [...new Set(records.map(({ training }) => training))].map((training) => ({
    kind: /** @type {const} */ ('bars'),
    title: `An epoch of MNIST: ${training}`,
    unit: 'seconds',
    log: true,
    data: records
      .filter((record) => record.training === training && record.best !== undefined)
      .map(({ name, best, noisy }) => ({ name, value: best, noisy, own: name.startsWith('Plummet') })),
  }));
}
