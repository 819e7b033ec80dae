// @ts-check
// Does it stay fast beside others: with a processor kept busy, with eight fits at once, in half a processor?
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { limitedGroup } from './lib/cgroup.mjs';
import { measureApart } from './lib/child.mjs';
import { threadCounts } from './lib/limits.mjs';
import { needMnist } from './lib/mnist-bytes.mjs';
import { best, interleave, median, rates, summary } from './lib/statistics.mjs';
import { digits, mark, table } from './lib/table.mjs';

export const question = 'MNIST beside others, rows a second';

const fits = new URL('./not-alone/fits.mjs', import.meta.url);
const epochsOf = new URL('./not-alone/epochs.mjs', import.meta.url);
const busy = fileURLToPath(new URL('./lib/busy.mjs', import.meta.url));

const trainings = {
  'SGD, batch 128': { optimizer: 'sgd', batchSize: 128 },
  'Adam, batch 32': { optimizer: 'adam', batchSize: 32 },
};

/** What another process does meanwhile: a program and its arguments. @type {Record<string, string[] | undefined>} */
const neighbours = {
  alone: undefined,
  'beside a busy process': [process.execPath, busy],
  'beside one that may use the last processor only': ['taskset', '-c', 'last', process.execPath, busy],
  'beside one that is busy 5 ms of 10': [process.execPath, busy, '5', '5'],
  'beside one that is busy 50 ms of 100': [process.execPath, busy, '50', '50'],
};

/** Undefined where that neighbour cannot be. @template T @param {string[] | undefined} neighbour @param {() => Promise<T>} work */
async function beside(neighbour, work) {
  if (neighbour === undefined) return work();
  const last = `${/** @type {number} */ (threadCounts().at(-1)) - 1}`;
  const [program, ...args] = neighbour.map((word) => (word === 'last' ? last : word));
  const child = spawn(program, args, { stdio: 'ignore' });
  const begun = await new Promise((resolve) => {
    child.on('spawn', () => resolve(true)).on('error', () => resolve(false));
  });
  if (!begun) return undefined;
  try {
    return await work();
  } finally {
    child.kill('SIGKILL');
  }
}

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  needMnist();
  const [rows, epochs, rounds] = quick ? [6144, 2, 1] : [60_000, 3, 3];
  const threads = threadCounts();
  /** @type {any[]} */
  const records = [];
  for (const [training, given] of Object.entries(trainings)) {
    /** @type {Record<string, number[][]>} each round's seconds, by the number of threads */
    const values = {};
    for (let round = 0; round < rounds; round++) {
      for (const [name, neighbour] of Object.entries(neighbours)) {
        const result = await beside(neighbour, () => measureApart(epochsOf, { ...given, threads, rows, epochs }));
        if (result) values[name] = [...(values[name] ?? []), result.seconds];
      }
    }
    for (const [name, seconds] of Object.entries(values)) {
      threads.forEach((count, i) => {
        const times = seconds.map((round) => round[i]);
        records.push({
          name: `${training}, ${name}, ${count} thr.`,
          ...rates(summary(times), rows),
          // Of the times in one round, under the same conditions.
          ...(count > 1 && { timeToOneThread: median(seconds.map((round) => round[i] / round[0])) }),
        });
      });
    }
  }
  return [...records, ...(await measureShares({ rows, epochs, rounds }))];
}

/** Several fits at once, and part of a processor. @param {{ rows: number, epochs: number, rounds: number }} size */
async function measureShares({ rows, epochs, rounds }) {
  /** @type {number[]} */
  const unequal = [];
  /** @type {Record<string, () => Promise<number>>} */
  const tasks = {};
  const one = 'one fit, one thread';
  const all = 'one fit, all threads';
  const rateOf = (/** @type {object} */ task) => measureApart(fits, { rows, epochs, fits: 1, ...task });
  tasks[one] = () => rateOf({ threads: 1 }).then(({ rate }) => 1 / rate);
  tasks[all] = () => rateOf({ epochs: 2 * epochs }).then(({ rate }) => 1 / rate);
  tasks['eight fits at once'] = async () => {
    const { rate, seconds } = await rateOf({ fits: 8, epochs: Math.ceil(epochs / 2) });
    unequal.push(Math.max(...seconds) / Math.min(...seconds));
    return 1 / rate;
  };
  const group = limitedGroup(0.5);
  if ('join' in group) {
    tasks['half a processor'] = () =>
      measureApart(fits, { rows, epochs, fits: 1 }, {}, group.join).then(({ rate }) => 1 / rate);
  }
  const values = await interleave(tasks, rounds);
  if ('end' in group) group.end();
  /** @type {any[]} */
  const records = Object.entries(values).map(([name, seconds]) => ({ name, ...rates(summary(seconds), 1) }));
  const find = (/** @type {string} */ name) => records.find((record) => record.name === name);
  Object.assign(find('eight fits at once'), {
    part: { of: all, is: best(values[all]) / best(values['eight fits at once']) },
    slowestToFastest: Math.max(...unequal),
  });
  const half = find('half a processor');
  if (half) half.part = { of: one, is: best(values[one]) / best(values['half a processor']) };
  if ('reason' in group) records.push({ name: 'half a processor', skipped: group.reason });
  return records;
}

/** @param {any[]} records */
export function print(records) {
  return table(
    ['', 'best', 'median', ''],
    records.map((record) => [
      record.name,
      digits(record.best),
      digits(record.median),
      record.skipped
        ? `skipped: ${record.skipped}`
        : [
            mark(record),
            record.timeToOneThread && `takes ${digits(record.timeToOneThread)}× the time of one thread`,
            record.part && `${digits(record.part.is)} of ${record.part.of}`,
            record.slowestToFastest && `the slowest fit took ${digits(record.slowestToFastest)}× the fastest`,
          ]
            .filter(Boolean)
            .join(', '),
    ]),
  );
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  const data = records
    .filter(({ best }) => best !== undefined)
    .map(({ name, best, noisy }) => ({ name, value: best, noisy }));
  return [{ kind: 'bars', title: 'MNIST beside others', unit: 'rows a second', data }];
}
