// @ts-check
// How long from starting Node to the first finished training step, over what Node itself takes?
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { absences, absentBecause, peers } from './lib/peers.mjs';
import { interleave, scaled, summary } from './lib/statistics.mjs';
import { digits, mark, table } from './lib/table.mjs';

export const question = 'milliseconds to the first finished training step of 784-128-10';

/** @param {string} script */
const processOf = (script) => () => {
  const begin = performance.now();
  const file = fileURLToPath(new URL(`./start-up/${script}`, import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return (performance.now() - begin) / 1000;
};

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  const tfjs = peers.find(({ needs }) => needs === '@tensorflow/tfjs-backend-cpu');
  const absent = tfjs && absentBecause(tfjs);
  const tasks = {
    'bare Node': processOf('bare.mjs'),
    'Plummet, trainOnBatch': processOf('first-step.mjs'),
    'Plummet, fit': processOf('first-fit.mjs'),
    ...(absent === undefined && { 'TensorFlow.js cpu': processOf('first-step-tfjs.mjs') }),
  };
  const values = await interleave(tasks, quick ? 3 : 15);
  const bare = summary(values['bare Node']);
  return [
    ...Object.entries(values).map(([name, seconds]) => {
      const times = scaled(summary(seconds), 1e3);
      return { name, ...times, over: times.best - 1e3 * bare.best, medianOver: times.median - 1e3 * bare.median };
    }),
    ...(absent === undefined ? [] : [{ name: 'TensorFlow.js cpu', absent }]),
  ];
}

/** @param {any[]} records */
export function print(records) {
  const rows = records
    .filter(({ absent }) => absent === undefined)
    .map((record) => [
      record.name,
      ...[record.best, record.median, record.over, record.medianOver].map(digits),
      mark(record),
    ]);
  return `${table(['', 'best', 'median', 'best over bare Node', 'median over it', ''], rows)}\n${absences(records)}`.trimEnd();
}

/** @param {any[]} records @returns {import('./report/charts.mjs').Chart[]} */
export function charts(records) {
  const data = records
    .filter(({ best }) => best !== undefined)
    .map(({ name, best, noisy }) => ({ name, value: best, noisy, own: name.startsWith('Plummet') }));
  return [{ kind: 'bars', title: 'From start to the first training step', unit: 'ms', data }];
}
