/** What the benchmark says was reached, from made-up results: goals move with the limits of the machine. */
import { expect, test } from 'vitest';
import { printReached, reached } from '../../bench/lib/goals.mjs';

const summary = { best: 1, median: 1, spread: 0, noisy: false, samples: 1 };
const limits = async () => ({
  clock: { ...summary, best: 2.05 },
  peaks: [1, 2].map((threads) => ({ ...summary, isa: 'avx2', threads, best: 131.5 * threads })),
  bandwidths: [1, 2].map((threads) => ({ ...summary, kind: 'read', level: 'L3', bytes: 2 ** 30, threads, best: 58 })),
});
const none = async () => undefined;

const epoch = (threads: number, best: number) => ({ training: 'SGD 0.01', name: 'x', isa: 'avx2', threads, best });
const product = (form: string, m: number, share: number) => {
  const size = { m, n: 64, k: 64 };
  return { form, ...size, layout: 'panels', isa: 'avx2', threads: 1, share, best: 100 * share };
};

test('half the peak has twice the time, for one thread and for two', async () => {
  const results = { mnist: { records: [epoch(1, 0.2), epoch(2, 0.22)] } };
  const found = await reached(results, limits, 'avx2');
  expect(found.map(({ here }) => here)).toEqual([0.21, 0.11]);
  expect(found[0].part).toBeCloseTo(1.05);
  expect(found[1].part).toBeCloseTo(0.5);
  expect(printReached(found).match(/short/g)).toHaveLength(1);
});

test('of several products the lowest counts, and is named; small ones do not count', async () => {
  const records = [product('NN', 64, 0.95), product('NN', 128, 0.9), product('NN', 16, 0.1), product('TN', 64, 0.89)];
  const found = await reached({ products: { records } }, limits, 'avx2');
  expect(found.find(({ what }) => what.includes('NN'))).toMatchObject({ is: 0.9, at: 'NN 128×64×64', here: 0.92 });
  expect(found.find(({ what }) => what.includes('TN and NT'))).toMatchObject({ is: 0.89, here: 0.88 });
  expect(found.find(({ what }) => what === '64×64×64')).toMatchObject({ is: 95, here: 120 });
});

test('what was not measured, or was left out, is not judged', async () => {
  expect(await reached({}, none, 'avx2')).toEqual([]);
  expect(await reached({ mnist: { records: [{ ...epoch(1, 1), absent: 'why' }] } }, none, 'avx2')).toEqual([]);
});

test('where limits are unknown nothing is called short but ratios', async () => {
  const start = { name: 'Plummet, trainOnBatch', over: 70 };
  const results = { mnist: { records: [epoch(1, 9)] }, 'start-up': { records: [start] } };
  const lines = printReached(await reached(results, none, 'avx2')).split('\n');
  expect(lines.find((line) => line.includes('MNIST'))).not.toContain('short');
  expect(lines.find((line) => line.includes('bare Node'))).toContain('short');
});
