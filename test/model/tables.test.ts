import { describe, expect, it } from 'vitest';
import { optimizers, schedules } from '#src/index.js';
import { createTables } from '#src/model/tables.js';

const WIDTH = 8; // scalars of adam

function rows(optimizer: ReturnType<typeof optimizers.adam>, first: number, count: number): Float32Array {
  const table = new Float32Array(count * WIDTH);
  optimizer.fill(table, first, count);
  return table;
}

describe('tables of scalars', () => {
  it('hold the rows of the steps they are for, whoever is asked when', async () => {
    const adam = optimizers.adam();
    const tables = createTables(adam, WIDTH);
    let step = 1;
    const lengths: number[] = [];
    while (step < 20_000) {
      const table = await tables.take(step, 100_000);
      expect(table.firstStep).toBe(step);
      const expected = rows(adam, step, Math.min(table.count, 300));
      expect(table.scalars.slice(0, expected.length)).toEqual(expected);
      lengths.push(table.count);
      tables.prepare(step + table.count, 100_000);
      step += table.count;
    }
    // The first is ready at once; they grow from there.
    expect(lengths[0]).toBeLessThanOrEqual(1024);
    expect(lengths.at(-1)).toBeGreaterThan(4096);
  });

  it('a table may be used in parts, and from its middle', async () => {
    const adam = optimizers.adam();
    const tables = createTables(adam, WIDTH);
    for (const step of [1, 2, 5, 100]) {
      const table = await tables.take(step, 400);
      expect(table.scalars.slice(0, WIDTH)).toEqual(rows(adam, step, 1));
    }
  });

  it('a new learning rate makes what was prepared worthless', async () => {
    const adam = optimizers.adam();
    const tables = createTables(adam, WIDTH);
    const first = await tables.take(1, 10);
    tables.prepare(first.count + 1, 1000);
    adam.learningRate = 0.5;
    expect((await tables.take(5, 10)).scalars.slice(0, WIDTH)).toEqual(rows(adam, 5, 1));
    expect((await tables.take(first.count + 1, 10)).scalars.slice(0, WIDTH)).toEqual(rows(adam, first.count + 1, 1));
  });

  it('one row stands for all steps where they do not change any more', async () => {
    const sgd = optimizers.sgd({ learningRate: 0.25 });
    const table = await createTables(sgd, 2).take(1, 1e9);
    expect([table.count, table.stride, table.scalars[0]]).toEqual([1e9, 0, 0.25]);
    const adam = optimizers.adam();
    const late = await createTables(adam, WIDTH).take(adam.settledFrom, 1e9);
    expect([late.count, late.stride]).toEqual([1e9, 0]);
    expect(late.scalars.slice(0, WIDTH)).toEqual(rows(adam, adam.settledFrom, 1));
  });

  it('hold what schedules give, many steps ahead, until they settle', async () => {
    const learningRate = schedules.linear({ learningRate: 1, startFactor: 0, steps: 5000 });
    const sgd = optimizers.sgd({ learningRate });
    const tables = createTables(sgd, 2);
    const lengths: number[] = [];
    let step = 1;
    for (let table = await tables.take(step, 1e9); table.stride > 0; table = await tables.take(step, 1e9)) {
      for (const i of [0, 1, table.count - 1])
        expect(table.scalars[2 * i]).toBe(Math.fround(learningRate(step + i - 1)));
      lengths.push(table.count);
      step += table.count;
    }
    // The rate of step 5001 is the last one: from there on one row is enough.
    expect(step).toBe(5001);
    expect(lengths.length).toBeLessThan(6);
    expect((await tables.take(step, 1e9)).scalars[0]).toBe(1);
  });

  it('what a schedule has learned makes what was prepared worthless', async () => {
    const learningRate = schedules.reduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 0 });
    const tables = createTables(optimizers.sgd({ learningRate }), 2);
    expect((await tables.take(1, 10)).scalars[0]).toBe(1);
    tables.prepare(11, 10);
    learningRate.report(1);
    expect((await tables.take(2, 10)).scalars[0]).toBe(1);
    learningRate.report(1);
    expect((await tables.take(3, 10)).scalars[0]).toBe(0.5);
    expect((await tables.take(11, 10)).scalars[0]).toBe(0.5);
  });

  it('filling ahead does not hold the main thread', async () => {
    const adam = optimizers.adam({ beta2: 0.99999 });
    const tables = createTables(adam, WIDTH);
    let step = 1;
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    while (step < 400_000) step += (await tables.take(step, 1e6)).count;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
