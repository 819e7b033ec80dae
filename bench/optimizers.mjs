// @ts-check
// What does an optimizer's step cost a parameter, against the bandwidth that moves its bytes?
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { bandwidthOf, threadCounts } from './lib/limits.mjs';
import { missing, noAddon } from './lib/missing.mjs';
import { absences, peersFor } from './lib/peers.mjs';
import { scaled, summary } from './lib/statistics.mjs';
import { digits, mark, percent, table } from './lib/table.mjs';

export const question = 'steps of optimizers';

/** @typedef {{ optimizer: string, elements: number, tensors: number, threads: number, how: 'inside' | 'called' }} Case `inside`: looped inside the addon */

/** Floats a step reads and writes for each parameter: the parameter twice, its gradient, each state twice. @type {Record<string, number>} */
const floats = { sgd: 3, 'sgd with momentum': 5, adam: 7, yogi: 7 };

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, limitsIfAny }) {
  const { addon } = loadAddon();
  if (!addon) throw missing(noAddon);
  const isa = addon.info().isas[0];
  const limits = await limitsIfAny();
  const large = quick ? 2 ** 20 : 2 ** 24;
  const names = Object.keys(floats);
  /** @type {Case[]} */
  const cases = threadCounts().flatMap((threads) => [
    ...names.map((optimizer) => ({
      optimizer,
      elements: 101_770,
      tensors: 1,
      threads,
      how: /** @type {const} */ ('inside'),
    })),
    ...['sgd', 'adam'].flatMap((optimizer) => [
      { optimizer, elements: 101_770, tensors: 1, threads, how: /** @type {const} */ ('called') },
      { optimizer, elements: 64, tensors: 1000, threads, how: /** @type {const} */ ('called') },
    ]),
  ]);
  const effort = quick ? { seconds: 0.005, rounds: 3 } : { seconds: 0.05, rounds: 7 };
  const script = new URL('./optimizers/measure.mjs', import.meta.url);
  const largeCases = threadCounts().flatMap((threads) =>
    names.map((optimizer) => ({ optimizer, elements: large, tensors: 1, threads, how: 'inside' })),
  );
  /** @type {any[]} */
  const records = [];
  // The large ones apart, a few at a time: each holds up to a quarter of a gigabyte.
  const groups = [cases, ...largeCases.map((one) => [one])];
  for (const group of groups) {
    const { times } = await measureApart(script, { cases: group, isa, ...effort });
    for (const [i, given] of group.entries()) {
      const parameters = given.elements * given.tensors;
      const bytes = 4 * floats[given.optimizer] * parameters;
      const microseconds = scaled(times[i], 1e6);
      const rate = bytes / microseconds.best / 1e3;
      const held = 4 * ((floats[given.optimizer] + 1) / 2) * parameters;
      const bandwidth = bandwidthOf(limits, 'copy', held, given.threads);
      records.push({
        ...given,
        ...microseconds,
        perParameter: (1000 * microseconds.best) / parameters,
        rate,
        share: rate / bandwidth,
      });
    }
  }
  for (const { optimizer, elements, tensors, threads } of cases.filter(({ how }) => how === 'called')) {
    const parameters = elements * tensors;
    const size = { optimizer, elements, tensors, threads, steps: quick ? 20 : 200, rounds: quick ? 3 : 7 };
    for (const { name, run } of await peersFor('optimizer', size)) {
      const { seconds, ...rest } = await run();
      const times = seconds && scaled(summary(seconds), 1e6);
      const perParameter = times && (1000 * times.best) / parameters;
      records.push({ ...size, how: name, name, ...rest, ...times, perParameter });
    }
  }
  return records;
}

/** @param {any} record */
const nameOf = ({ optimizer, elements, tensors, how }) =>
  `${optimizer}, ${tensors > 1 ? `${tensors} × ` : ''}${elements.toLocaleString('en')}${how === 'inside' ? '' : how === 'called' ? ', from JavaScript' : `, ${how}`}`;

/** @param {any[]} records */
export function print(records) {
  const figures = table(
    ['', 'threads', 'best µs', 'median µs', 'ns a parameter', 'GB/s', 'of copying', ''],
    records
      .filter(({ absent }) => absent === undefined)
      .map((record) => [
        nameOf(record),
        `${record.threads}`,
        digits(record.best),
        digits(record.median),
        digits(record.perParameter),
        digits(record.rate),
        percent(record.share),
        mark(record),
      ]),
  );
  return `${figures}\n${absences(records)}`.trimEnd();
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  return [
    {
      kind: 'bars',
      title: 'Steps of optimizers',
      unit: 'ns a parameter',
      data: records
        .filter(({ best }) => best !== undefined)
        .map((record) => ({
          name: `${nameOf(record)}, ${record.threads} thr.`,
          value: record.perParameter,
          noisy: record.noisy,
          own: record.name === undefined,
        })),
    },
  ];
}
