// @ts-check
// What can this machine do at most? Multiply-adds, bandwidths, and what it costs to call and to meet.
import { measureApart } from './lib/child.mjs';
import { digits, mark, table } from './lib/table.mjs';

export const question = 'limits of the machine';

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, limits }) {
  const found = await limits();
  const calls = await measureApart(new URL('./limits/calls.mjs', import.meta.url), { quick });
  return [{ ...found, calls: calls.calls }];
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print([{ clock, peaks, bandwidths, barrier, forkJoin, calls }]) {
  const line = (/** @type {string} */ name, /** @type {any} */ of, /** @type {string} */ unit) =>
    of ? [[name, digits(of.best), digits(of.median), unit, mark(of)]] : [];
  return table(
    ['', 'best', 'median', '', ''],
    [
      ...line('clock, by a chain of additions', clock, 'GHz'),
      ...peaks.flatMap((peak) => line(`fused multiply-adds, ${peak.isa}, ${peak.threads} thr.`, peak, 'GFLOP/s')),
      ...bandwidths.flatMap((walk) => line(`${walk.kind}, ${walk.level}, ${walk.threads} thr.`, walk, 'GB/s')),
      ...line('barrier of all threads', barrier, 'ns'),
      ...line('fork and join of all threads', forkJoin, 'ns'),
      ...calls.flatMap((/** @type {any} */ call) => line(call.name, call, 'ns')),
    ],
  );
}

/** @param {Awaited<ReturnType<typeof measure>>} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts([{ peaks, bandwidths }]) {
  return [
    {
      kind: 'bars',
      title: 'Peak of fused multiply-adds',
      unit: 'GFLOP/s',
      data: peaks.map((peak) => ({ name: `${peak.isa}, ${peak.threads} thr.`, value: peak.best })),
    },
    {
      kind: 'lines',
      title: 'Bandwidth by working set of a thread',
      x: 'bytes',
      y: 'GB/s',
      data: bandwidths.map((walk) => ({ series: `${walk.kind}, ${walk.threads} thr.`, x: walk.bytes, y: walk.best })),
    },
  ];
}
