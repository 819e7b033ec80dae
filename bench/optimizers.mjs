// @ts-check
// What does an optimizer's step cost a parameter, against the bandwidth that moves its bytes, and against PyTorch's?
import { loadAddon } from '#internal';
import { measureApart } from './lib/child.mjs';
import { bandwidthOf, threadCounts } from './lib/limits.mjs';
import { missing, noAddon } from './lib/missing.mjs';
import { absences, peersFor } from './lib/peers.mjs';
import { scaled, summary } from './lib/statistics.mjs';
import { digits, mark, percent, table } from './lib/table.mjs';
import { floatsOf, ruleNamed, rules } from './optimizers/rules.mjs';

export const question = 'steps of optimizers';

/**
 * @typedef {'inside' | 'called' | 'other arrays'} How looped inside the addon, called from JavaScript with the same gradient arrays
 *   again and again, or with others in turn
 * @typedef {{ optimizer: string, shape: number[], tensors: number, threads: number, how: How }} Case
 */

/** About 100,000 parameters, and nearly a square. */
const SMALL = [784, 130];

/** @param {readonly number[]} shape */
const count = (shape) => shape.reduce((product, n) => product * n, 1);

/** @param {boolean} quick @returns {Case[][]} groups that are measured in turn */
function casesOf(quick) {
  const large = quick ? [2 ** 20] : [2 ** 24];
  const inside = rules.filter((rule) => floatsOf(rule) !== undefined);
  /** @type {Case[]} */
  const small = threadCounts().flatMap((threads) => [
    ...inside.map(({ name }) => ({
      optimizer: name,
      shape: SMALL,
      tensors: 1,
      threads,
      how: /** @type {const} */ ('inside'),
    })),
    ...rules.map(({ name }) => ({
      optimizer: name,
      shape: SMALL,
      tensors: 1,
      threads,
      how: /** @type {const} */ ('called'),
    })),
  ]);
  /** @type {Case[]} */
  const many = ['sgd', 'adam'].flatMap((optimizer) => [
    { optimizer, shape: [64_000], tensors: 1, threads: 1, how: 'called' },
    { optimizer, shape: [64], tensors: 1000, threads: 1, how: 'called' },
    { optimizer, shape: [64], tensors: 1000, threads: 1, how: 'other arrays' },
  ]);
  // The large ones of each rule apart: they hold up to a gigabyte.
  const alone = inside.map(({ name }) =>
    threadCounts().map((threads) => ({
      optimizer: name,
      shape: large,
      tensors: 1,
      threads,
      how: /** @type {const} */ ('inside'),
    })),
  );
  // Those of several ops that PyTorch has, too; they ask for a matrix. What multiplies matrices takes minutes of a large one.
  const whole = rules
    .filter((rule) => floatsOf(rule) === undefined && rule.pytorch && rule.name !== 'muon')
    .map(({ name }) => [
      {
        optimizer: name,
        shape: [large[0] / 4096, 4096],
        tensors: 1,
        threads: Math.max(...threadCounts()),
        how: /** @type {const} */ ('called'),
      },
    ]);
  return [small, many.slice(0, 3), many.slice(3), ...alone, ...whole];
}

/** What PyTorch's is compared with: calls of the small ones, loops of the large ones, with all threads. @param {Case} given */
function comparable({ optimizer, shape, threads, how }) {
  if (!ruleNamed(optimizer).pytorch || threads !== Math.max(...threadCounts())) return false;
  if (count(shape) === count(SMALL)) return how === 'called';
  return count(shape) > count(SMALL) && how === (floatsOf(ruleNamed(optimizer)) === undefined ? 'called' : 'inside');
}

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick, limitsIfAny }) {
  const { addon } = loadAddon();
  if (!addon) throw missing(noAddon);
  const isa = addon.info().isas[0];
  const limits = await limitsIfAny();
  const effort = quick ? { seconds: 0.005, rounds: 3 } : { seconds: 0.04, rounds: 7 };
  const script = new URL('./optimizers/measure.mjs', import.meta.url);
  /** @type {any[]} */
  const records = [];
  const groups = casesOf(quick);
  for (const group of groups) {
    const { times } = await measureApart(script, { cases: group, isa, ...effort });
    for (const [i, given] of group.entries()) {
      const elements = count(given.shape);
      const parameters = elements * given.tensors;
      const microseconds = scaled(times[i], 1e6);
      const floats = floatsOf(ruleNamed(given.optimizer));
      const rate = floats === undefined ? undefined : (4 * floats * parameters) / microseconds.best / 1e3;
      // Arrays that it touches: the parameter, its gradient, its states.
      const held = 4 * (((floats ?? 0) + 1) / 2) * parameters;
      const bandwidth = bandwidthOf(limits, 'copy', held, given.threads);
      records.push({
        ...given,
        elements,
        ...microseconds,
        perParameter: (1000 * microseconds.best) / parameters,
        ...(rate !== undefined && { rate, share: rate / bandwidth }),
      });
    }
  }
  const beside = groups.flat().filter(comparable);
  const cases = beside.map(({ optimizer, shape }) => ({
    ...ruleNamed(optimizer).pytorch,
    shape,
    steps: Math.max(1, Math.round((quick ? 2e6 : 3e7) / count(shape))),
  }));
  const threads = Math.max(...threadCounts());
  for (const { name, run } of await peersFor('optimizer', { cases, threads, rounds: quick ? 2 : 5 })) {
    const { seconds, ...rest } = await run();
    if (!seconds) records.push({ name, ...rest });
    for (const [i, given] of (seconds ? beside : []).entries()) {
      const times = scaled(summary(/** @type {any} */ (seconds)[i]), 1e6);
      const elements = count(given.shape);
      records.push({
        ...given,
        elements,
        how: name,
        name,
        ...rest,
        ...times,
        perParameter: (1000 * times.best) / elements,
      });
    }
  }
  return records;
}

/** @param {any} record */
const nameOf = ({ optimizer, elements, tensors, how }) => {
  const size = `${tensors > 1 ? `${tensors} × ` : ''}${elements.toLocaleString('en')}`;
  const from = { inside: '', called: ', from JavaScript', 'other arrays': ', other arrays each time' };
  return `${optimizer}, ${size}${from[/** @type {How} */ (how)] ?? `, ${how}`}`;
};

/** How much of a time one of others takes. @param {any[]} records */
function comparisons(records) {
  const own = records.filter(({ best, name }) => best !== undefined && name === undefined);
  return records
    .filter(({ name, best }) => name !== undefined && best !== undefined)
    .map((peer) => {
      const same = own.filter(
        (r) =>
          r.optimizer === peer.optimizer &&
          r.elements === peer.elements &&
          r.threads === peer.threads &&
          r.tensors === peer.tensors,
      );
      const mine = same.find(({ how }) => how === 'called') ?? same[0];
      return {
        optimizer: peer.optimizer,
        elements: peer.elements,
        threads: peer.threads,
        peer: peer.name,
        version: peer.version,
        mine: mine?.best,
        theirs: peer.best,
      };
    });
}

/** @param {any[]} records */
export function print(records) {
  const figures = table(
    ['', 'threads', 'best µs', 'median µs', 'ns a parameter', 'GB/s', 'of copying', ''],
    records
      .filter(({ best }) => best !== undefined)
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
  const beside = comparisons(records);
  const peers = table(
    ['', 'threads', 'beside', 'µs', 'its µs', 'its time to ours'],
    beside.map(({ optimizer, elements, threads, peer, version, mine, theirs }) => [
      `${optimizer}, ${elements.toLocaleString('en')}`,
      `${threads}`,
      `${peer} ${version ?? ''}`,
      digits(mine),
      digits(theirs),
      `${digits(theirs / mine)} ×`,
    ]),
  );
  return `${figures}\n${beside.length > 0 ? `${peers}\n` : ''}${absences(records)}`.trimEnd();
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
