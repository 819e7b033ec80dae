// @ts-check
// What does a step of a small network cost inside fit? Adam, mean squared error, tanh.
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { peakOf, threadCounts } from './lib/limits.mjs';
import { absences, peersFor } from './lib/peers.mjs';
import { scaled, summary } from './lib/statistics.mjs';
import { digits, mark, percent, table } from './lib/table.mjs';

export const question = 'microseconds a step of small networks';

/** @typedef {{ widths: number[], batchSize: number, steps: number }} Small steps: in an epoch */
/** @type {readonly Small[]} */
export const networks = [
  { widths: [2, 8, 1], batchSize: 4, steps: 20_000 },
  { widths: [16, 64, 64, 4], batchSize: 32, steps: 2000 },
  { widths: [64, 256, 256, 10], batchSize: 64, steps: 200 },
];

/** Multiplications and additions of a step: forward, gradients of kernels, and of inputs but for the first layer. @param {readonly number[]} widths @param {number} batch */
export const operations = (widths, batch) =>
  2 * batch * widths.slice(1).reduce((sum, units, i) => sum + units * widths[i] * (i === 0 ? 2 : 3), 0);

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, limitsIfAny }) {
  const limits = await limitsIfAny();
  const isa = loadAddon().addon?.info().isas[0] ?? '';
  const script = new URL('./tiny/plummet.mjs', import.meta.url);
  const records = [];
  for (const { widths, batchSize, steps } of networks) {
    const size = { widths, batchSize, steps: quick ? steps / 10 : steps, rounds: quick ? 3 : 9 };
    const runners = [
      ...threadCounts().map((threads) => ({
        name: `Plummet native, ${threads} thr.`,
        backend: { name: 'native', threads },
      })),
      { name: 'Plummet reference', backend: { name: 'reference', threads: 1 } },
    ];
    /** @type {{ name: string, run: () => Promise<{ seconds?: number[], absent?: string, version?: string }> }[]} */
    const all = [
      ...runners.map(({ name, backend }) => ({
        name,
        run: () =>
          measureApart(script, {
            ...size,
            backend,
            steps: backend.name === 'native' ? steps : Math.ceil(size.steps / 20),
          }),
      })),
      ...(await peersFor('step', { ...size, steps: Math.max(20, size.steps / 20) })),
    ];
    /** @type {Record<string, number[]>} */
    const seconds = {};
    /** @type {Record<string, string | undefined>} */
    const versions = {};
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
      for (const { name, run } of all) {
        const { seconds: own, absent, version } = await run();
        versions[name] ??= version;
        if (own) seconds[name] = [...(seconds[name] ?? []), ...own];
        else if (absent && turn === 0) records.push({ network: widths.join('-'), batchSize, name, absent });
      }
    }
    for (const { name } of all) {
      if (!seconds[name]) continue;
      const times = scaled(summary(seconds[name]), 1e6);
      const gflops = operations(widths, batchSize) / times.best / 1e3;
      const threads = runners.find((runner) => runner.name === name && runner.backend.name === 'native')?.backend
        .threads;
      const share = threads === undefined ? undefined : gflops / peakOf(limits, isa, threads);
      const base = { network: widths.join('-'), batchSize, name, version: versions[name], threads };
      records.push({ ...base, ...times, gflops, share });
    }
  }
  return records;
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  const measured = records.filter((record) => !('absent' in record));
  const rows = measured.map((/** @type {any} */ record) => [
    record.name,
    record.network,
    `${record.batchSize}`,
    digits(record.best),
    digits(record.median),
    digits(record.gflops),
    percent(record.share),
    mark(record),
  ]);
  return `${table(['', 'network', 'batch', 'best µs', 'median µs', 'GFLOP/s', 'of peak', ''], rows)}\n${absences(records)}`.trimEnd();
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  return [...new Set(records.map(({ network }) => network))].map((network) => ({
    kind: 'bars',
    title: `A step of ${network} inside fit`,
    unit: 'µs',
    log: true,
    data: records
      .filter((record) => record.network === network && record.best !== undefined)
      .map(({ name, best, noisy }) => ({ name, value: best, noisy, own: name.startsWith('Plummet') })),
  }));
}
