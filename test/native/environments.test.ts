import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Numbers } from '#src/kernels/addon.js';
import { control } from '#src/plan/plan.js';
import { bits, built, command, handles, run, slots, started, training, words } from './plans.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = built
  ? (createRequire(import.meta.url)('node-gyp-build') as { path(folder: string): string }).path(root)
  : '';
const t = training(17, 40, 3, 50, 16, 3);

/** A run as it can be sent to another environment. */
const sent = (plan: typeof t, arrays: (Numbers | null)[]) => ({
  file,
  words: [words(plan.train), words(plan.shuffle), words(plan.evaluate)],
  arrays: [...arrays, command(plan.numbers())],
});

/** Runs in a worker: `workerData` is what `sent` gives; `mode` says how. */
const body = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { file, words, arrays, mode, threads } = workerData;
  const addon = require(file);
  const [train, shuffle, evaluate] = words.map((w) => addon.createPlan(addon.info().isas[0], threads, w));
  const run = addon.prepare(train, shuffle, evaluate, arrays);
  if (mode === 'run') parentPort.postMessage(run());
  else run((error, status) => parentPort.postMessage(status));
  if (mode === 'leave') process.exit(0);
  if (mode === 'throw') throw new Error('from the worker');
`;

const work = (plan: typeof t, arrays: (Numbers | null)[], mode: string, threads = 2): Worker =>
  new Worker(body, { eval: true, workerData: { ...sent(plan, arrays), mode, threads } });
const stepsOf = (arrays: (Numbers | null)[]): number =>
  Atomics.load(arrays[slots.control] as Int32Array, control.steps);
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe.skipIf(!built)('environments', () => {
  it('loads in ten workers at once, which all run', async () => {
    const arrays = t.arrays();
    const h = handles(t);
    run(h.train, h.shuffle, h.evaluate, arrays, t.numbers());
    const expected = bits(t, arrays);
    const ten = Array.from({ length: 10 }, (_, i) => {
      const own = t.arrays();
      const worker = work(t, own, i % 2 ? 'run' : 'start', 1 + (i % 3));
      return new Promise((resolve, reject) => {
        worker.on('message', (status) => worker.once('exit', () => resolve([status, bits(t, own)])));
        worker.on('error', reject);
      });
    });
    expect(await Promise.all(ten)).toEqual(new Array(10).fill([0, expected]));
  });

  const endless = training(17, 40, 3, 50, 16, 50000);

  it.each(['terminate', 'leave', 'throw'])('a worker that ends in the middle of its run stops it: %s', async (mode) => {
    for (const delay of [0, 0, 1, 5, 20]) {
      const arrays = endless.arrays();
      const worker = work(endless, arrays, mode === 'terminate' ? 'start' : mode);
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.on('error', () => {});
      if (mode === 'terminate') {
        while (delay > 0 && stepsOf(arrays) === 0) await soon();
        await new Promise((resolve) => setTimeout(resolve, delay));
        await worker.terminate();
      }
      await ended;
      const steps = stepsOf(arrays);
      for (let i = 0; i < 5; i++) await soon();
      expect(stepsOf(arrays)).toBe(steps); // nobody computes any more
      expect(steps).toBeLessThan(200000);
    }
    // And the pool still works.
    const arrays = t.arrays();
    expect(await started(handles(t, 2), arrays, t.numbers())).toBe(0);
  });

  const child = (script: string, env: NodeJS.ProcessEnv = {}) => {
    const plans = JSON.stringify([endless.train, endless.shuffle, endless.evaluate].map((lines) => [...words(lines)]));
    const source = `
      const numbers = new Float64Array(new SharedArrayBuffer(72));
      numbers.set([50, 16, 50, 16, 0, 0, 50000, Infinity, 0]);
      const addon = require(${JSON.stringify(file)});
      const f32 = (n) => new Float32Array(new SharedArrayBuffer(4 * n));
      const rows = new Int32Array(new SharedArrayBuffer(200));
      let slot = new Int32Array(new SharedArrayBuffer(64));
      const arrays = () => [f32(20000), f32(40000), f32(60000), new Float64Array(new SharedArrayBuffer(24)), null, f32(850), f32(150), rows, f32(8), f32(850), f32(150), null, slot, numbers];
      numbers[8] = 0;
      const begin = (threads, done = () => {}) => {
        const [train, shuffle, evaluate] = ${plans}.map((w) => addon.createPlan(addon.info().isas[0], threads, Float64Array.from(w)));
        addon.prepare(train, shuffle, evaluate, arrays())(done);
      };
      ${script}`;
    return spawnSync(process.execPath, ['-e', source], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, ...env },
    });
  };

  it.each([
    ['at once', 'process.exit(7)'],
    ['after a while', 'setTimeout(() => process.exit(7), 30)'],
    ['with several runs', 'begin(1); begin(3); setTimeout(() => process.exit(7), 10)'],
    [
      'by an exception',
      'process.on("exit", () => { process.exitCode = 7; }); setTimeout(() => { throw new Error("out"); }, 10)',
    ],
    [
      'after a worker has come and gone',
      `new (require('node:worker_threads').Worker)('require(' + ${JSON.stringify(JSON.stringify(file))} + ').info()', { eval: true }).on('exit', () => process.exit(7))`,
    ],
  ])('process.exit() in the middle of a run: %s', (_, how) => {
    for (let i = 0; i < 3; i++) {
      const { status, signal, stderr } = child(`begin(2); ${how}`);
      expect([status, signal], stderr).toEqual([7, null]);
    }
  });

  it('a pending run keeps the process alive, a finished one does not', () => {
    const { status, stdout } = child(
      'numbers[7] = 2000; begin(2, (error, status) => console.log(error, status, slot[4]))',
    );
    expect([status, stdout]).toEqual([0, 'null 0 2000\n']);
  });

  it('what done throws is an uncaught exception', () => {
    const { status, stdout } = child(`
      process.on('uncaughtException', (error) => { console.log(error.message); });
      numbers[7] = 1; begin(1, () => { throw new Error('from done'); });`);
    expect([status, stdout]).toEqual([0, 'from done\n']);
  });

  it.each(['1', '2', '5', 'nonsense'])(
    'with PLUMMET_THREADS=%s runs of 1, 2, 3 and 4 threads get what they ask for, one after another',
    (threads) => {
      const { status, stdout } = child(
        `addon.setThreadingThreshold(0);
       numbers[7] = 200;
       const results = [];
       const next = (n) => {
         if (n > 4) return console.log(results.join());
         slot = new Int32Array(new SharedArrayBuffer(64));
         begin(n, (error, status) => { results.push([status, slot[4], slot[5]].join(' ')); next(n + 1); });
       };
       next(1);`,
        { PLUMMET_THREADS: threads },
      );
      expect([status, stdout]).toEqual([0, '0 200 1,0 200 2,0 200 3,0 200 4\n']);
    },
  );

  it('runs at once share the threads, and each does all of its steps', () => {
    const { status, stdout } = child(`
       addon.setThreadingThreshold(0);
       numbers[7] = 200;
       const asked = [1, 2, 3, 4];
       const results = [];
       for (const n of asked) {
         slot = new Int32Array(new SharedArrayBuffer(64));
         const own = slot;
         begin(n, (error, status) => {
           results.push([status, own[4], own[5] >= 1 && own[5] <= n].join(' '));
           if (results.length === asked.length) console.log(results.join());
         });
       }`);
    expect([status, stdout]).toEqual([0, '0 200 true,0 200 true,0 200 true,0 200 true\n']);
  });
});
