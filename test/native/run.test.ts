import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Numbers } from '#src/kernels/addon.js';
import { control, status } from '#src/plan/plan.js';
import {
  addon,
  bits,
  built,
  handles,
  opNumber,
  run,
  shared,
  slots,
  started,
  type Training,
  training,
  words,
} from './plans.ts';

const epochs = 3;
/** Odd widths, a last partial batch, several panels of columns and blocks of rows. */
const t = training(37, 70, 5, 130, 60, epochs);
const batches = 3;

interface Ended {
  status: number;
  digest: string;
  control: number[];
}

function ran(plan: Training, threads: number, isa?: string, changes = {}): Ended {
  const h = handles(plan, threads, isa);
  const arrays = plan.arrays();
  const ended = run(h.train, h.shuffle, h.evaluate, arrays, plan.numbers(changes));
  return { status: ended, digest: bits(plan, arrays), control: [...(arrays[slots.control] as Int32Array)] };
}

describe.skipIf(!built)('run', () => {
  let threshold = 0;
  beforeEach(() => {
    threshold = addon.setThreadingThreshold(0);
  });
  afterEach(() => {
    addon.setThreadingThreshold(threshold);
  });

  it('trains, evaluates, and says where it stands', () => {
    const { control: slot, status: ended } = ran(t, 1);
    expect(ended).toBe(status.done);
    expect(slot.slice(0, 7)).toEqual([0, status.done, epochs, 0, epochs * batches, 1, 0]);
    const h = handles(t);
    const arrays = t.arrays();
    run(h.train, h.shuffle, h.evaluate, arrays, t.numbers());
    const history = arrays[slots.history] as Float64Array;
    expect(history[0] / history[6]).toBeGreaterThan(1.1); // the loss falls
    expect(history[2]).toBeLessThan(history[0]); // measured after the epoch's steps
    expect(Math.min(...history)).toBeGreaterThan(0);
    const order = [...(arrays[slots.rows] as Int32Array)];
    expect(order).not.toEqual(order.toSorted((a, b) => a - b)); // shuffled
    expect(order.toSorted((a, b) => a - b)).toEqual(order.map((_, i) => i));
  });

  it('gives the same bits with every instruction set and 1, 2 and 3 threads', () => {
    const expected = ran(t, 1, 'scalar').digest;
    for (const isa of addon.info().isas) {
      for (const threads of [1, 2, 3]) {
        const ended = ran(t, threads, isa);
        expect(ended.digest, `${isa}, ${threads} threads`).toBe(expected);
        // What ran: all threads took part, and ops were divided among them.
        expect(ended.control[control.threads]).toBe(threads);
        if (threads === 1) expect(ended.control[control.parallelOps]).toBe(0);
        // Ten ops of a batch and four of its evaluation have more than one unit; with ten rows one less each.
        else expect(ended.control[control.parallelOps]).toBe(epochs * (14 + 14 + 12));
      }
    }
    expect(ran(t, 1, 'scalar', { maxSteps: 8 }).digest).not.toBe(expected);
  });

  it('keeps small work on one thread', () => {
    addon.setThreadingThreshold(Infinity);
    expect(ran(t, 3).control.slice(5, 7)).toEqual([1, 0]);
    addon.setThreadingThreshold(65536);
    const some = ran(t, 2).control;
    expect(some[control.threads]).toBe(2);
    expect(some[control.parallelOps]).toBeGreaterThan(0);
    expect(some[control.parallelOps]).toBeLessThan(ran({ ...t }, 2).control[control.steps] * 14);
  });

  it.each([1, 2])('ends in the same bits however it is cut into calls, with %d threads', (threads) => {
    const expected = ran(t, threads).digest;
    for (const most of [1, 2, 4]) {
      const h = handles(t, threads);
      const arrays = t.arrays();
      const [slot, scalars, history] = [
        arrays[slots.control] as Int32Array,
        arrays[slots.scalars] as Float32Array,
        arrays[slots.history] as Float64Array,
      ];
      let [epoch, batch, steps, calls] = [0, 0, 0, 0];
      while (epoch < epochs) {
        const part = arrays.slice();
        part[slots.scalars] = scalars.subarray(8 * steps);
        part[slots.history] = history.subarray(3 * epoch);
        expect(
          run(
            h.train,
            h.shuffle,
            h.evaluate,
            part,
            t.numbers({ firstEpoch: epoch, firstBatch: batch, maxSteps: most }),
          ),
        ).toBe(status.done);
        steps += slot[control.steps];
        [epoch, batch] = [slot[control.epoch], slot[control.batch]];
        expect(slot[control.steps]).toBeLessThanOrEqual(most);
        expect(++calls).toBeLessThan(20);
      }
      expect(bits(t, arrays)).toBe(expected);
      expect(steps).toBe(epochs * batches);
    }
  });

  it('stops before anything when asked to', () => {
    const arrays = t.arrays();
    const before = bits(t, arrays);
    Atomics.store(arrays[slots.control] as Int32Array, control.abort, 1);
    const h = handles(t, 2);
    expect(run(h.train, h.shuffle, h.evaluate, arrays, t.numbers())).toBe(status.aborted);
    expect(bits(t, arrays)).toBe(before);
    expect([...(arrays[slots.control] as Int32Array).subarray(0, 5)]).toEqual([1, status.aborted, 0, 0, 0]);
  });

  it('goes on with the evaluation where an epoch lacks nothing else', () => {
    const expected = ran(t, 1).digest;
    const h = handles(t);
    const arrays = t.arrays();
    // Without an evaluation an epoch ends with its last batch; a run that begins there repeats the end alone.
    run(h.train, h.shuffle, null, arrays, t.numbers({ endEpoch: 1 }));
    run(h.train, h.shuffle, h.evaluate, arrays, t.numbers({ firstBatch: batches, endEpoch: 1, maxSteps: 0 }));
    const rest = arrays.slice();
    rest[slots.scalars] = (arrays[slots.scalars] as Float32Array).subarray(8 * batches);
    rest[slots.history] = (arrays[slots.history] as Float64Array).subarray(3);
    run(h.train, h.shuffle, h.evaluate, rest, t.numbers({ firstEpoch: 1 }));
    expect(bits(t, arrays)).toBe(expected);
  });

  it('resolves a plan anew for other arrays, sizes and thresholds', () => {
    const h = handles(t, 2);
    const expected = ran(t, 1).digest;
    for (const rows of [130, 61, 130]) {
      const arrays = t.arrays();
      addon.setThreadingThreshold(rows === 61 ? 1e4 : 0);
      run(h.train, null, null, arrays, t.numbers({ rows, endEpoch: 1 }));
      const again = t.arrays();
      run(h.train, h.shuffle, h.evaluate, again, t.numbers());
      expect(bits(t, again)).toBe(expected);
    }
  });

  it('uses one row of scalars for all steps where the stride is 0', () => {
    const [one, many] = [t.arrays(), t.arrays()];
    const row = (one[slots.scalars] as Float32Array).slice(0, 8);
    for (let s = 0; s < epochs * batches; s++) (many[slots.scalars] as Float32Array).set(row, 8 * s);
    const h = handles(t, 2);
    run(h.train, h.shuffle, h.evaluate, one, t.numbers({ stride: 0 }));
    run(h.train, h.shuffle, h.evaluate, many, t.numbers());
    expect(bits(t, one)).toBe(bits(t, many));
  });

  it('copies predictions to their place', () => {
    const rows = 11;
    const x = shared.f32(rows * 3);
    x.set(x.map((_, i) => i));
    const output = shared.f32(rows * 3);
    const plan = addon.createPlan(addon.info().isas[0], 2, words([
      ['gatherFloats', [['x', 0], null, ['scratch', 0]], [-1, -3, 3, -4, 16]],
      ['copyRows', [['scratch', 0], ['output', 0]], [-1, 3, -4, 16]],
    ])); // biome-ignore format: a plan
    const arrays = (out: Float32Array): (Numbers | null)[] => [
      null,
      null,
      shared.f32(64),
      null,
      out,
      x,
      null,
      null,
      null,
      null,
      null,
      null,
      shared.i32(16),
    ];
    const numbers = Float64Array.of(rows, 4, 0, 0, 0, 0, 1, Infinity, 0);
    expect(run(plan, null, null, arrays(output), numbers)).toBe(status.done);
    expect(output).toEqual(x);
    expect(() => run(plan, null, null, arrays(output.subarray(1)), numbers)).toThrow(
      /operand out needs 33 f32 elements/,
    );
  });
});

describe.skipIf(!built)('start', () => {
  it('gives what run gives, several at once', async () => {
    const threshold = addon.setThreadingThreshold(0);
    const expected = ran(t, 1).digest;
    const all = Array.from({ length: 8 }, (_, i) => ({ arrays: t.arrays(), threads: 1 + (i % 3) }));
    const ends = await Promise.all(all.map(({ arrays, threads }) => started(handles(t, threads), arrays, t.numbers())));
    addon.setThreadingThreshold(threshold);
    expect(ends).toEqual(new Array(8).fill(status.done));
    for (const { arrays } of all) expect(bits(t, arrays)).toBe(expected);
  });

  it('lets two runs take turns, whatever they ask for', async () => {
    const threshold = addon.setThreadingThreshold(0);
    const long = training(37, 70, 5, 130, 60, 2000);
    const [a, b] = [long.arrays(), long.arrays()];
    const steps = (arrays: (Numbers | null)[]) => Atomics.load(arrays[slots.control] as Int32Array, control.steps);
    const both = [a, b].map((arrays) => started(handles(long, 2), arrays, long.numbers()));
    // Neither waits for the other's end.
    const end = performance.now() + 10_000;
    while ((steps(a) === 0 || steps(b) === 0) && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(Math.min(steps(a), steps(b))).toBeGreaterThan(0);
    expect(Math.max(steps(a), steps(b))).toBeLessThan(2000 * batches);
    for (const arrays of [a, b]) Atomics.store(arrays[slots.control] as Int32Array, control.abort, 1);
    expect(await Promise.all(both)).toEqual([status.aborted, status.aborted]);
    addon.setThreadingThreshold(threshold);
  });

  it('stops between batches of an evaluation, and repeats it', async () => {
    // An evaluation of a million batches after one step.
    const rows = 1 << 20;
    const one = training(1, 1, 1, 1, 1);
    const h = handles(one);
    const arrays = one.arrays();
    arrays[slots.evaluationX] = shared.f32(rows).fill(0.5);
    arrays[slots.evaluationY] = shared.f32(rows);
    const slot = arrays[slots.control] as Int32Array;
    const numbers = one.numbers({ evaluationRows: rows, evaluationBatchSize: 1 });
    const running = started(h, arrays, numbers);
    while (Atomics.load(slot, control.batch) === 0) await new Promise((resolve) => setImmediate(resolve));
    Atomics.store(slot, control.abort, 1);
    expect(await running).toBe(status.aborted);
    expect([...slot.subarray(1, 5)]).toEqual([status.aborted, 0, 1, 1]);
    expect((arrays[slots.history] as Float64Array)[2]).toBe(0);
    Atomics.store(slot, control.abort, 0);
    const again = one.numbers({ evaluationRows: rows, evaluationBatchSize: 1, firstBatch: 1, maxSteps: 0 });
    expect(await started(h, arrays, again)).toBe(status.done);
    const straight = one.arrays();
    straight[slots.evaluationX] = arrays[slots.evaluationX];
    straight[slots.evaluationY] = arrays[slots.evaluationY];
    expect(run(h.train, h.shuffle, h.evaluate, straight, numbers)).toBe(status.done);
    expect(bits(one, arrays)).toBe(bits(one, straight));
  });

  it('stops while it waits for its turn', async () => {
    const long = training(37, 70, 5, 130, 60, 5000);
    const all = Array.from({ length: 6 }, () => long.arrays());
    const runs = all.map((arrays) => started(handles(long, 2), arrays, long.numbers()));
    for (const arrays of all) Atomics.store(arrays[slots.control] as Int32Array, control.abort, 1);
    expect(await Promise.all(runs)).toEqual(new Array(6).fill(status.aborted));
  });

  it('leaves threads to a synchronous call, which otherwise runs on its own', async () => {
    const threshold = addon.setThreadingThreshold(0);
    const long = training(37, 70, 5, 130, 60, 20000);
    const arrays = long.arrays();
    const running = started(handles(long, addon.info().processors), arrays, long.numbers());
    while (Atomics.load(arrays[slots.control] as Int32Array, control.steps) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    const busy = ran(t, 2);
    Atomics.store(arrays[slots.control] as Int32Array, control.abort, 1);
    await running;
    expect(busy.control[control.threads]).toBe(1);
    const free = ran(t, 2);
    expect(free.control[control.threads]).toBe(2);
    expect(free.digest).toBe(busy.digest);
    addon.setThreadingThreshold(threshold);
  });

  it('keeps what it touches alive', async () => {
    const running = started(handles(t), t.arrays(), t.numbers());
    globalThis.gc?.();
    for (let i = 0; i < 50; i++) shared.f32(1e5).fill(1);
    expect(await running).toBe(status.done);
  });
});

describe.skipIf(!built)('kernel', () => {
  it('runs several in one call, divided or not, in order', () => {
    const op = opNumber('sgd');
    const make = () => [
      new Float32Array(1000).map((_, i) => i),
      new Float32Array(1000).fill(1),
      Float32Array.of(0.5, 0),
    ];
    for (const threshold of [0, Infinity]) {
      const previous = addon.setThreadingThreshold(threshold);
      const [p, g, hyper] = make();
      // The second one's gradient is what the first one has written.
      const q = new Float32Array(1000);
      expect(addon.kernel(addon.info().isas[0], 3, op, [p, g, hyper, q, p, hyper], Float64Array.of(1000, 1000))).toBe(
        status.done,
      );
      expect([...p.subarray(0, 3), p[999]]).toEqual([-0.5, 0.5, 1.5, 998.5]);
      expect([...q.subarray(0, 3), q[999]]).toEqual([0.25, -0.25, -0.75, -499.25]);
      addon.setThreadingThreshold(previous);
    }
  });
});
