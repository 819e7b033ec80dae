/** Instructions with conditions, and batches that are not steps, on both executors and with several threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executor, setThreadingThreshold } from '#src/backend.js';
import { sharedDoubles, sharedFloats, sharedInts } from '#src/memory.js';
import { control, type Instruction, type Operand, type Plan, type Run, type Slot } from '#src/plan/plan.js';
import { setThreshold } from '#src/plan/reference.js';
import { backends } from '../optimizers/backends.ts';

const N = 1600;
const at = (space: Operand['space'], offset: number, n = 1): Operand => ({
  space,
  offset,
  layout: 'flat',
  shape: [n],
  label: `${space} ${offset}`,
});
const slot = (space: Slot['space'], offset: number): Slot => ({ space, offset, label: `${space} ${offset}` });

const count: Instruction = {
  op: 'countBatch',
  operands: [at('state', 0), at('scratch', 0), at('scratch', 16)],
  dims: [2],
};
const divide = (...when: Slot[]): Instruction => ({
  op: 'divideGradient',
  operands: [at('params', 0, N), at('scalars', 0), at('params', 0, N)],
  dims: [N],
  when,
});
const planOf = (instructions: Instruction[], advance?: Slot): Plan => ({
  name: 'conditions',
  instructions,
  batchSize: 1,
  ...(advance && { advance }),
  sizes: { params: N, state: 1, scratch: 32, scalars: 2, totals: 0 },
});

/** The divisor of each row of the table, and whether it counts. */
const rows = [2, 1, 4, 0, 8, 1, 16, 1, 32, 1, 64, 1, 128, 1];

function runOf(plan: Plan, batches: number, maxSteps = 1000): Run {
  const scratch = sharedFloats(32);
  scratch[0] = 1;
  const scalars = sharedFloats(rows.length);
  scalars.set(rows);
  return {
    pass: { plan, x: null, y: null, rows: batches, batchSize: 1 },
    shuffle: null,
    evaluation: null,
    params: sharedFloats(N).fill(1),
    state: sharedFloats(1),
    scratch,
    totals: sharedDoubles(0),
    output: null,
    rows: null,
    scalars,
    scalarsStride: 2,
    history: null,
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: 1,
    maxSteps,
    control: sharedInts(16),
  };
}

let before: number;
beforeAll(() => {
  before = setThreshold(0);
  setThreadingThreshold(0);
});
afterAll(() => void setThreshold(before));

describe.each(backends())('$label', ({ choice }) => {
  const both = async (make: () => Run, check: (run: Run) => void) => {
    const one = make();
    expect(executor(choice).run(one)).toBe(0);
    check(one);
    const two = make();
    expect(await executor(choice).start(two)).toBe(0);
    check(two);
  };

  it('an instruction is left out where its slot holds 0, and the next row comes with the next step', async () => {
    const plan = planOf([count, divide(slot('scratch', 16))], slot('scratch', 16));
    await both(
      () => runOf(plan, 7),
      ({ params, control: words, state }) => {
        expect(new Set(params)).toEqual(new Set([1 / (2 * 4 * 8)]));
        expect([words[control.steps], words[control.advanced], words[control.skipped]]).toEqual([7, 3, 0]);
        expect(state[0]).toBe(1);
      },
    );
  });

  it('conditions in the table move with its row, and all have to hold', async () => {
    const plan = planOf([count, divide(slot('scratch', 16), slot('scalars', 1))], slot('scratch', 16));
    await both(
      () => runOf(plan, 7),
      ({ params, control: words }) => {
        expect(new Set(params)).toEqual(new Set([1 / (2 * 8)]));
        expect(words[control.advanced]).toBe(3);
      },
    );
  });

  it('below 0 a step is skipped', async () => {
    const run = () => {
      const made = runOf(planOf([divide()], slot('state', 0)), 3);
      made.state[0] = -1;
      return made;
    };
    await both(run, ({ params, control: words }) => {
      expect(params[N - 1]).toBe(1 / (2 * 2 * 2));
      expect([words[control.advanced], words[control.skipped]]).toEqual([0, 3]);
    });
  });

  it('without it each batch is a step', async () => {
    await both(
      () => runOf(planOf([divide()]), 5, 3),
      ({ params, control: words }) => {
        expect(params[0]).toBe(1 / (2 * 4 * 8));
        expect([words[control.steps], words[control.advanced]]).toEqual([3, 3]);
      },
    );
  });

  it('refuses slots outside of memory', () => {
    for (const plan of [
      planOf([divide(slot('scratch', 32))]),
      planOf([divide(slot('state', 1))]),
      planOf([divide(slot('scalars', 1000))]),
      planOf([divide()], slot('scratch', 1e9)),
    ]) {
      expect(() => executor(choice).run(runOf(plan, 3))).toThrowError(
        expect.objectContaining({ code: 'ERR_PLUMMET_SHAPE' }),
      );
    }
    // The table has rows for seven steps.
    expect(() => executor(choice).run(runOf(planOf([divide(slot('scalars', 1))]), 8))).toThrowError(/scalars/);
  });
});
