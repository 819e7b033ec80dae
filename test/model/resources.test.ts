import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { data, layers, type Model, sequential } from '#src/index.js';
import { backends, classes, classifier, type Name } from './models.ts';

function wide(backend: Name): Model {
  const model = sequential([
    layers.dense({ units: 96, activation: 'relu', inputShape: [200] }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], backend });
  return model;
}
const bytes = (rows: number) =>
  data.dataset({
    x: Uint8Array.from({ length: 200 * rows }, (_, i) => (i * 7919) % 256),
    y: Int32Array.from({ length: rows }, (_, i) => i % 10),
    divisor: 255,
  });

describe.each(backends)('resources (%s)', (name) => {
  it('the event loop stays free while fit runs', async () => {
    const model = wide(name);
    const set = bytes(4000);
    await model.fit(set);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    // A fit that held the main thread would not be stopped by a timer, and would take minutes.
    setTimeout(() => {
      model.stopTraining = true;
    }, 1000);
    const began = performance.now();
    delay.enable();
    await model.fit(set, { epochs: 100_000, validationSplit: 0.1 });
    delay.disable();
    clearInterval(ticking);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(ticks).toBeGreaterThan(50);
    expect(delay.max / 1e6).toBeLessThan(400);
  });

  it('memory does not grow from fit to fit, from step to step', async () => {
    const model = classifier({ backend: name });
    const { x, y } = classes(64);
    const times = name === 'native' ? 40 : 5;
    const work = async () => {
      for (let i = 0; i < times; i++)
        await model.fit(x, y, { epochs: 2, validationSplit: 0.2, callbacks: { onEpochEnd() {} } });
      for (let i = 0; i < 50 * times; i++) model.trainOnBatch(x, y);
      for (let i = 0; i < times; i++) await model.predict(x);
      for (let rows = 1; rows < 64; rows++) model.predictSync(x.subarray(0, 5 * rows));
    };
    await work();
    const before = process.memoryUsage();
    for (let round = 0; round < 4; round++) await work();
    const after = process.memoryUsage();
    expect(after.rss - before.rss).toBeLessThan(60e6);
    expect(after.external - before.external).toBeLessThan(20e6);
  });
});
