import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { backends } from './models.ts';

const entry = new URL('../../dist/index.js', import.meta.url).href;

/** A model in the middle of an endless fit, in a process of its own. */
const training = (backend: string) => `
  import { layers, sequential } from '${entry}';
  const model = sequential([layers.dense({ units: 64, activation: 'tanh', inputShape: [30] }), layers.dense({ units: 2 })]);
  model.compile({ optimizer: 'adam', loss: 'mse', backend: '${backend}' });
  const x = new Float32Array(3000).fill(0.5), y = new Float32Array(200);
  const fitting = model.fit(x, y, { epochs: 1e9, callbacks: globalThis.slow ?? [] });
  fitting.catch(() => {});
`;

async function run(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ['--input-type=module', '--eval', script];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, args, { timeout: 30_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe.each(backends)('in the middle of a fit (%s)', (backend) => {
  it('process.exit ends the process, with its status', async () => {
    const { code, stderr } = await run(`${training(backend)} setTimeout(() => process.exit(7), 150);`);
    expect([code, stderr]).toEqual([7, '']);
  });

  it('an error that nobody catches ends it as it would without', async () => {
    const { code, stderr } = await run(`${training(backend)} setTimeout(() => { throw new Error('mine'); }, 150);`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('mine')]);
  });

  it('worker.terminate() ends the worker; others train on', async () => {
    const inWorker = `${training(backend)} (await import('node:worker_threads')).parentPort.postMessage('begun');`;
    const { code, stdout, stderr } = await run(`
      import { Worker } from 'node:worker_threads';
      import { layers, sequential } from '${entry}';
      const start = () => new Promise((resolve) => {
        const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(inWorker)})));
        worker.once('message', () => setTimeout(() => resolve(worker), 60));
      });
      for (let round = 0; round < 3; round++) {
        const workers = await Promise.all([start(), start()]);
        await Promise.all(workers.map((worker) => worker.terminate()));
      }
      const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
      model.compile({ optimizer: 'sgd', loss: 'mse', backend: '${backend}' });
      await model.fit([1, 2, 3], [1, 2, 3], { epochs: 5 });
      console.log('trained');
    `);
    expect([code, stdout, stderr]).toEqual([0, 'trained\n', '']);
  });

  it('a pending fit keeps the process alive, an ended one does not', async () => {
    const { code, stdout } = await run(`
      ${training(backend).replace('1e9', '40')}
      fitting.then(({ epoch }) => console.log(epoch.length));
    `);
    expect([code, stdout]).toEqual([0, '40\n']);
  });
});
