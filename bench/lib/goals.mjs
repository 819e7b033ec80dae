// @ts-check
// What Plummet is to reach, and what it reached in this run. Goals were set on a machine whose limits are known; on another the
// same share of its limit counts, so a goal bound by arithmetic moves with the peak, and so on.
import { bandwidthOf, peakOf } from './limits.mjs';
import { digits, percent, table } from './table.mjs';

/** Of the machine that goals are given for: two Zen 5 cores with AVX-512. GFLOP/s a core, GHz, GB/s read (memory: by one core, by two). */
const there = { peak: 263, clock: 4.1, cache: 116, memory: [57, 71] };

/**
 * @typedef {'peak' | 'clock' | 'cache' | 'memory' | 'nothing'} Bound what limits a case: `clock` where neither arithmetic nor bandwidth does
 * @typedef {{ question: string, what: string, unit: string, threads: number, goal: number, better: 'least' | 'most', by: Bound, is: number | undefined, at?: string }} Goal
 *   `is` undefined: not measured in this run; `at`: the worst of several
 * @typedef {Record<string, { records: any[] }>} Results
 */

/** @param {any[]} records @param {string} key @param {'least' | 'most'} better @param {(record: any) => string} name */
function worst(records, key, better, name) {
  const own = records.filter((record) => Number.isFinite(record[key]));
  if (own.length === 0) return { is: undefined };
  const found = own.reduce((a, b) => ((better === 'most' ? a[key] <= b[key] : a[key] >= b[key]) ? a : b));
  return { is: found[key], at: own.length > 1 ? name(found) : undefined };
}

/** @param {Results} results @param {string} isa the best here @returns {Goal[]} */
function goals(results, isa) {
  const of = (/** @type {string} */ question) => results[question]?.records ?? [];
  /** @type {Goal[]} */
  const found = [];
  /** @typedef {[threads: number, goal: number][]} Asked */
  const add = (
    /** @type {string} */ question,
    /** @type {string} */ what,
    /** @type {string} */ unit,
    /** @type {'least' | 'most'} */ better,
    /** @type {Bound} */ by,
    /** @type {Asked} */ asked,
    /** @type {(record: any, threads: number) => boolean} */ match,
    /** @type {string} */ key = 'best',
    /** @type {(record: any) => string} */ name = () => '',
  ) => {
    for (const [threads, goal] of asked) {
      const own = of(question).filter((record) => record.absent === undefined && match(record, threads));
      found.push({ question, what, unit, threads, goal, better, by, ...worst(own, key, better, name) });
    }
  };
  const native = (/** @type {string} */ training) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.training.includes(training) && r.isa === isa && r.threads === threads;
  add('mnist', 'an epoch of MNIST, SGD, batch 128', 's', 'least', 'peak', [[1, 0.105], [2, 0.055]], native('SGD'));
  add('mnist', 'an epoch of MNIST, Adam, batch 32', 's', 'least', 'peak', [[1, 0.14], [2, 0.07]], native('Adam'));
  add('wide', 'an epoch, 784-1024-1024-10', 's', 'least', 'peak', [[1, 2.4], [2, 1.2]], native('SGD'));
  const reference = (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.training.includes('SGD') && r.name.startsWith(`Plummet reference, ${threads} `);
  add('mnist', 'MNIST on the reference path, an epoch', 's', 'least', 'clock', [[1, 13], [2, 7]], reference);
  const step = (/** @type {string} */ network) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.network === network && r.name === `Plummet native, ${threads} thr.`;
  add('tiny', 'a step of 2-8-1, batch 4', 'µs', 'least', 'clock', [[1, 0.2]], step('2-8-1'));
  add('tiny', 'a step of 16-64-64-4, batch 32', 'µs', 'least', 'peak', [[1, 7]], step('16-64-64-4'));
  add('tiny', 'a step of 64-256-256-10, batch 64', 'µs', 'least', 'peak', [[1, 150], [2, 85]], step('64-256-256-10'));
  const call = (/** @type {string} */ begin) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.threads === threads && r.call.startsWith(begin);
  add('calls', 'trainOnBatch of 2-8-1', 'µs', 'least', 'clock', [[1, 1.5]], call('trainOnBatch, 2-8-1'));
  add('calls', 'predictSync of a row through 16-64-64-4', 'µs', 'least', 'clock', [[1, 1]], call('predictSync, 16-64-64-4'));
  const wide = (/** @type {string[]} */ forms, /** @type {string} */ set) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.layout === 'panels' && r.isa === set && r.threads === threads && forms.includes(r.form) &&
    r.m >= 32 && r.k >= 32 && r.n % 32 === 0; // biome-ignore format: a condition
  const shape = (/** @type {any} */ { form, m, n, k }) => `${form} ${m}×${n}×${k}`;
  add('products', 'NN products, lowest part of the peak', '', 'most', 'nothing', [[1, 0.92], [2, 0.9]], wide(['NN'], isa), 'share', shape);
  add('products', 'TN and NT products, lowest part of it', '', 'most', 'nothing', [[1, 0.88], [2, 0.86]], wide(['TN', 'NT'], isa), 'share', shape);
  if (isa === 'avx512')
    add('products', 'NN products with AVX2, lowest part', '', 'most', 'nothing', [[1, 0.92]], wide(['NN'], 'avx2'), 'share', shape);
  const product = (/** @type {number} */ m, /** @type {number} */ n, /** @type {number} */ k) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.form === 'NN' && r.isa === isa && r.threads === threads && r.layout === 'panels' && r.m === m && r.n === n && r.k === k;
  add('products', '64×64×64', 'GFLOP/s', 'most', 'peak', [[1, 240]], product(64, 64, 64));
  add('products', '16×16×16', 'GFLOP/s', 'most', 'peak', [[1, 110]], product(16, 16, 16));
  add('products', '128×10×128', 'GFLOP/s', 'most', 'peak', [[1, 140]], product(128, 10, 128));
  add('products', '1×1024×1024', 'GFLOP/s', 'most', 'cache', [[1, 56]], product(1, 1024, 1024));
  const adam = (/** @type {number} */ elements) => (/** @type {any} */ r, /** @type {number} */ threads) =>
    r.optimizer === 'adam' && r.how === 'inside' && r.elements === elements && r.threads === threads;
  add('optimizers', 'Adam on 101,920 parameters', 'µs', 'least', 'peak', [[1, 14], [2, 7]], adam(101_920));
  add('optimizers', 'Adam on 16M', 'ns a parameter', 'least', 'memory', [[1, 0.41], [2, 0.39]], adam(2 ** 24), 'perParameter');
  const large = (/** @type {any} */ r, /** @type {number} */ threads) => r.share !== undefined && r.elements === 2 ** 24 && r.threads === threads;
  add('optimizers', 'element-wise rules on 16M, lowest part of copying', '', 'most', 'nothing', [[1, 0.9], [2, 0.9]], large, 'share', (r) => r.optimizer);
  const steps = of('optimizers').filter(({ threads, optimizer }) => threads === 1 && optimizer === 'adam');
  const one = steps.find(({ elements, how }) => elements === 64_000 && how === 'called')?.best;
  for (const [how, what, goal] of /** @type {const} */ ([['called', 'the same arrays', 3], ['other arrays', 'others each time', 8]]))
    found.push({ question: 'optimizers', what: `1,000 tensors of 64 to one of 64,000, ${what}`, unit: '×', threads: 1, goal, better: 'least', by: 'nothing', is: one && steps.find((r) => r.tensors === 1000 && r.how === how)?.best / one });
  const beside = (/** @type {string} */ name) => (/** @type {any} */ r) => r.timeToOneThread && r.name.includes(name);
  const training = (/** @type {any} */ r) => r.name.split(', ')[0];
  add('not-alone', 'two threads to one, one processor busy', '×', 'least', 'nothing', [[2, 1.25]], beside('last processor only'), 'timeToOneThread', training);
  const shared = of('not-alone').map((r) => ({ name: r.name, part: r.part?.is }));
  for (const [name, goal] of /** @type {[string, number][]} */ ([['eight fits at once', 0.8], ['half a processor', 0.4]]))
    found.push({ question: 'not-alone', what: `${name}, part of one fit’s rate`, unit: '', threads: 0, goal, better: 'most', by: 'nothing', is: shared.find((r) => r.name === name)?.part });
  const at = (/** @type {any} */ r) => `width ${r.width}, batch ${r.batchSize}`;
  add('scaling', 'a step to its bound, the highest', '×', 'least', 'nothing', [[1, 1.25], [2, 1.25]], (r, threads) => r.threads === threads, 'ratio', at);
  add('memory', 'memory to its formula, the highest', '×', 'least', 'nothing', [[0, 1]], (r) => r.ratio !== undefined, 'ratio', (r) => r.name);
  add('start-up', 'first step over bare Node', 'ms', 'least', 'nothing', [[0, 60]], (r) => r.name === 'Plummet, trainOnBatch', 'over');
  return found;
} // biome-ignore format: a list, one goal a line

/**
 * How this machine's limit stands to that of the goals'.
 * @param {import('./limits.mjs').Limits | undefined} limits
 * @param {string} isa
 * @param {Goal} goal
 */
function moved(limits, isa, { by, threads }) {
  if (by === 'nothing') return 1;
  if (by === 'clock') return (limits?.clock.best ?? Number.NaN) / there.clock;
  if (by === 'peak') return peakOf(limits, isa, threads) / threads / there.peak;
  // The levels of a matrix of 4 MiB, and of four arrays of 64 MiB.
  if (by === 'cache') return bandwidthOf(limits, 'read', 2 ** 22, threads) / there.cache;
  return bandwidthOf(limits, 'read', 2 ** 28, threads) / there.memory[threads - 1];
}

/**
 * @param {Results} results
 * @param {() => Promise<import('./limits.mjs').Limits | undefined>} limitsIfAny
 * @param {string} isa
 */
export async function reached(results, limitsIfAny, isa) {
  const found = goals(results, isa).filter(({ is }) => is !== undefined && Number.isFinite(is));
  const limits = found.some(({ by }) => by !== 'nothing') ? await limitsIfAny() : undefined;
  return found.map((goal) => {
    const factor = moved(limits, isa, goal);
    const here = goal.better === 'most' ? goal.goal * factor : goal.goal / factor;
    const is = /** @type {number} */ (goal.is);
    const part = goal.better === 'most' ? is / here : here / is;
    return { ...goal, here, part };
  });
}

/** @param {Awaited<ReturnType<typeof reached>>} all */
export const printReached = (all) =>
  table(
    ['', 'threads', 'is', 'goal here', 'there', 'moves with', 'reached', ''],
    all.map(({ what, unit, threads, is, here, goal, better, by, part, at }) => [
      `${what}${unit && unit !== '×' ? `, ${unit}` : ''}`,
      threads ? `${threads}` : '',
      digits(is),
      `${better === 'most' ? '≥' : '≤'} ${digits(here)}`,
      digits(goal),
      by === 'nothing' ? '' : by,
      percent(part),
      [Number.isFinite(part) && part < 1 ? 'short' : '', at ?? ''].filter(Boolean).join(': '),
    ]),
  );

/** @param {Awaited<ReturnType<typeof reached>>} all @returns {import('../report/charts.mjs').Chart[]} */
export const chartReached = (all) => [
  {
    kind: 'bars',
    title: 'Part of each goal that was reached',
    unit: 'goal here = 1',
    limit: { value: 1, label: 'goal' },
    data: all
      .filter(({ part }) => Number.isFinite(part))
      .map(({ what, threads, part }) => ({ name: `${what}${threads ? `, ${threads} thr.` : ''}`, value: part })),
  },
];
