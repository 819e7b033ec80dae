// @ts-check
// What do direct calls cost: trainOnBatch, predictSync, an optimizer's step, gemm?
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { threadCounts } from './lib/limits.mjs';
import { missing, noAddon } from './lib/missing.mjs';
import { absences, peersFor } from './lib/peers.mjs';
import { scaled, summary } from './lib/statistics.mjs';
import { digits, mark, table } from './lib/table.mjs';
import { networks } from './tiny.mjs';

export const question = 'microseconds a direct call';

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  if (!loadAddon().addon) throw missing(noAddon);
  const effort = quick ? { seconds: 0.01, rounds: 3 } : { seconds: 0.05, rounds: 9 };
  const script = new URL('./calls/measure.mjs', import.meta.url);
  /** @type {any[]} */
  const records = [];
  for (const threads of threadCounts()) {
    const { times } = await measureApart(script, { threads, networks, sizes: [2, 16, 64], ...effort });
    for (const time of times) {
      records.push({ ...scaled(time, 1e6), call: time.name, name: `Plummet, ${threads} thr.`, threads });
    }
  }
  for (const { widths } of networks) {
    const call = `predictSync, ${widths.join('-')}, one row`;
    const size = { widths, steps: quick ? 50 : 500, rounds: effort.rounds };
    for (const { name, run } of await peersFor('predict', size)) {
      const { seconds, absent, version } = await run();
      if (seconds) records.push({ call, name, version, ...scaled(summary(seconds), 1e6) });
      else records.push({ call, name, absent });
    }
  }
  return records;
}

/** @param {any[]} records */
export function print(records) {
  const rows = records
    .filter(({ absent }) => absent === undefined)
    .map((record) => [record.call, record.name, digits(record.best), digits(record.median), mark(record)]);
  return `${table(['', 'by', 'best µs', 'median µs', ''], rows)}\n${absences(records)}`.trimEnd();
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  const measured = records.filter(({ best }) => best !== undefined);
  return [...new Set(measured.map(({ call }) => call))].map((call) => ({
    kind: 'bars',
    title: call,
    unit: 'µs',
    log: true,
    data: measured
      .filter((record) => record.call === call)
      .map(({ name, best, noisy }) => ({ name, value: best, noisy, own: name.startsWith('Plummet') })),
  }));
}
