// @ts-check
// Does it stay fast beside others: with a processor kept busy, with eight fits at once, in half a processor?
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { limitedGroup } from './lib/cgroup.mjs';
import { measureApart } from './lib/child.mjs';
import { threadCounts } from './lib/limits.mjs';
import { needMnist } from './lib/mnist-bytes.mjs';
import { interleave, rates, summary } from './lib/statistics.mjs';
import { digits, mark, table } from './lib/table.mjs';

export const question = 'MNIST (SGD, batch 128) beside others, rows a second';

const script = new URL('./not-alone/fits.mjs', import.meta.url);

/** @template T @param {() => Promise<T>} work */
async function besideBusy(work) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./lib/busy.mjs', import.meta.url))], {
    stdio: 'ignore',
  });
  try {
    return await work();
  } finally {
    child.kill('SIGKILL');
  }
}

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  needMnist();
  const [rows, epochs] = quick ? [6144, 2] : [60_000, 10];
  const most = /** @type {number} */ (threadCounts().at(-1));
  /** @param {object} given */
  const secondsARow = async (given) => 1 / (await measureApart(script, { rows, epochs, fits: 1, ...given })).rate;
  /** @type {Record<string, () => Promise<number>>} */
  const tasks = {};
  for (const threads of threadCounts()) {
    tasks[`alone, ${threads} thr.`] = () => secondsARow({ threads });
    tasks[`a busy process beside, ${threads} thr.`] = () => besideBusy(() => secondsARow({ threads }));
  }
  /** @type {number[]} */
  const unequal = [];
  tasks[`eight fits at once, ${most} thr.`] = async () => {
    const { rate, seconds } = await measureApart(script, {
      rows,
      epochs: Math.ceil(epochs / 4),
      fits: 8,
      threads: most,
    });
    unequal.push(Math.max(...seconds) / Math.min(...seconds));
    return 1 / rate;
  };
  const group = limitedGroup(0.5);
  if ('join' in group) {
    tasks['half a processor'] = () =>
      measureApart(script, { rows, epochs, fits: 1, threads: most }, {}, group.join).then(({ rate }) => 1 / rate);
  }
  const values = await interleave(tasks, quick ? 1 : 3);
  if ('end' in group) group.end();
  const one = Math.min(...values['alone, 1 thr.']);
  const records = Object.entries(values).map(([name, seconds]) => {
    const times = summary(seconds);
    return { name, ...rates(times, 1), toOneThread: one / times.best };
  });
  const eight = records.find(({ name }) => name.startsWith('eight'));
  if (eight) Object.assign(eight, { slowestToFastest: Math.max(...unequal) });
  return 'reason' in group ? [...records, { name: 'half a processor', skipped: group.reason }] : records;
}

/** @param {any[]} records */
export function print(records) {
  return table(
    ['', 'best', 'median', 'to one thread alone', ''],
    records.map((record) => [
      record.name,
      digits(record.best),
      digits(record.median),
      Number.isFinite(record.toOneThread) ? `${digits(record.toOneThread)}×` : '–',
      record.skipped
        ? `skipped: ${record.skipped}`
        : [
            mark(record),
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
