/** The reference executor's threads: they end with the process, keep it alive while a run is pending, and a death is an error. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executor } from '#src/backend.js';
import { control, status } from '#src/plan/plan.js';
import { expectSameBits } from '../support/bits.js';
import { createRun, type Training, unpadded } from '../support/runs.js';

/** A run of one op, as plain text for a process of its own: it shuffles `rows` rows `epochs` times. */
const script = (epochs: number, threads: number, then: string, from = root): string => `
  const { executor } = await import(${JSON.stringify(pathToFileURL(join(from, 'dist/backend.js')).href)});
  const { lowerShuffle } = await import(${JSON.stringify(pathToFileURL(join(from, 'dist/plan/lower.js')).href)});
  const shared = (Type, n) => new Type(new SharedArrayBuffer(n * Type.BYTES_PER_ELEMENT));
  const rows = 20000;
  const none = { name: 'none', instructions: [], batchSize: rows, sizes: {} };
  const floats = shared(Float32Array, 1);
  const run = {
    pass: { plan: none, x: null, y: null, rows, batchSize: rows }, shuffle: lowerShuffle(rows, 1), evaluation: null,
    params: floats, state: floats, scratch: floats, totals: shared(Float64Array, 1), output: null, rows: shared(Int32Array, rows),
    scalars: floats, scalarsStride: 0, history: null,
    firstEpoch: 0, firstBatch: 0, endEpoch: ${epochs}, maxSteps: 2 ** 30, control: shared(Int32Array, 16),
  };
  const chosen = executor({ name: 'reference', threads: ${threads} });
  const started = chosen.start(run);
  ${then}`;

const root = fileURLToPath(new URL('../..', import.meta.url));
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'plummet-'));
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function runScript(code: string): { stdout: string; status: number | null } {
  const { stdout, stderr, status, error } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(error).toBeUndefined();
  expect(stderr).toBe('');
  return { stdout, status };
}

describe.each([1, 3])('%i threads', (threads) => {
  test('a pending run keeps the process alive, and idle threads do not', () => {
    const then = `started.then((status) => console.log('status', status, 'steps', run.control[4]));`;
    expect(runScript(script(30, threads, then))).toEqual({ stdout: 'status 0 steps 30\n', status: 0 });
  });

  test('the event loop is free while a run is pending', () => {
    const then = `let ticks = 0; const timer = setInterval(() => ticks++, 1); await started; clearInterval(timer); console.log(ticks > 3);`;
    expect(runScript(script(100, threads, then)).stdout).toBe('true\n');
  });

  test('process.exit in the middle of a run', () => {
    const then = `setInterval(() => { if (run.control[4] > 20) process.exit(7); }, 10);`;
    expect(runScript(script(1e6, threads, then))).toEqual({ stdout: '', status: 7 });
  });

  test('an abort ends it, from any thread', () => {
    const then = `setTimeout(() => Atomics.store(run.control, 0, 1), 100); console.log('status', await started);`;
    expect(runScript(script(1e6, threads, then))).toEqual({ stdout: `status ${status.aborted}\n`, status: 0 });
  });

  test('worker.terminate() in the middle of a run', async () => {
    const code = `import { parentPort } from 'node:worker_threads'; ${script(1e6, threads, 'parentPort.postMessage(run.control);')}`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { execArgv: [] });
    const words = await new Promise<Int32Array>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    await expect.poll(() => Atomics.load(words, control.steps), { timeout: 20_000 }).toBeGreaterThan(0);
    await worker.terminate();
    const steps = Atomics.load(words, control.steps);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(Atomics.load(words, control.steps)).toBe(steps);
  });

  // The threads of the run are given an Atomics of which one function fails, in the middle of the run.
  const saboteur = (how: string, thread: number): string => `
    import { threadId } from 'node:worker_threads';
    import './true-worker.js';
    const mine = threadId === ${thread + 1};
    const { store, add } = Atomics;
    let left = 500;
    Atomics.store = (...args) => { if (mine && left-- === 0) ${how}; return store(...args); };
    Atomics.add = (...args) => { if (mine && left-- === 0) ${how}; return add(...args); };`;
  test.each([
    ['an exception', "throw new Error('out of luck')", 0],
    ['an exit', 'process.exit(3)', 0],
    ['an exception in its last thread', "throw new Error('out of luck')", threads - 1],
    ['an exit of its last thread', 'process.exit(3)', threads - 1],
  ])('%s in the middle of a run rejects it, and the next run is well', (_, how, thread) => {
    renameSync(join(copy, 'dist/plan/worker.js'), join(copy, 'dist/plan/true-worker.js'));
    writeFileSync(join(copy, 'dist/plan/worker.js'), saboteur(how, thread));
    const then = `
      try { console.log('status', await started); } catch ({ code }) { console.log(code); }
      const again = { ...run, endEpoch: 2, control: shared(Int32Array, 16) };
      console.log('status', await chosen.start(again));`;
    const { stdout } = runScript(script(1e6, threads, then, copy));
    renameSync(join(copy, 'dist/plan/true-worker.js'), join(copy, 'dist/plan/worker.js'));
    expect(stdout).toBe('ERR_PLUMMET_BACKEND\nstatus 0\n');
  });
});

test('crews are kept for the next run', async () => {
  const training: Training = {
    inputs: 3,
    hidden: 5,
    outputs: 2,
    activation: 'tanh',
    loss: 'mse',
    optimizer: 'sgd',
    rows: 8,
    batchSize: 4,
    epochs: 2,
  };
  const chosen = executor({ name: 'reference', threads: 2 });
  const expected = createRun(training);
  chosen.run(expected);
  for (let i = 0; i < 20; i++) {
    const run = createRun(training);
    expect(await chosen.start(run)).toBe(status.done);
    expectSameBits(unpadded(training, run.params), unpadded(training, expected.params));
  }
  const { workers } = process.report.getReport() as unknown as { workers: unknown[] };
  expect(workers).toHaveLength(2);
});
