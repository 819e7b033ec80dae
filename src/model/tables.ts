/**
 * The table of scalars that change from step to step (learning rates, bias corrections), filled ahead: while one table
 * is used, the next is made, in slices short enough for the main thread to stay responsive.
 */

import { sharedFloats } from '../memory.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';

/** Scalars for steps from `firstStep` on; stride 0: one row for all of them. */
export interface Table {
  readonly firstStep: number;
  readonly count: number;
  readonly scalars: Float32Array;
  readonly stride: number;
  /** That of the optimizer when the scalars were computed. */
  readonly revision: number;
}

export interface Tables {
  /** A table that begins with `firstStep` and holds at least one step; as many of the `wanted` ones as it can. */
  take(firstStep: number, wanted: number): Promise<Table>;
  /** Begins to make the table that will be taken next. */
  prepare(firstStep: number, wanted: number): void;
  /** Lets a preparation end at its next slice. */
  close(): void;
}

/**
 * Steps that one table holds at most. The first one holds few, so that the first step does not wait; each is twice as
 * long as the one before.
 */
const MOST_ROWS = 65536;
const FIRST_ROWS = 512;
const SLICE_MILLISECONDS = 1.5;
const SLICE_ROWS = 128;

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param width - scalars in a row; 0 for a model without parameters */
export function createTables(optimizer: Optimizer, width: number): Tables {
  let current: Table | null = null;
  let next: Promise<Table | null> | null = null;
  let closed = false;
  let room = FIRST_ROWS;
  const buffers = [sharedFloats(0), sharedFloats(0)];

  /** The part of a table from `firstStep` on, unless it is of no use any more. */
  function partOf(table: Table | null, firstStep: number): Table | null {
    if (!table || table.revision !== optimizer.revision) return null;
    const skipped = firstStep - table.firstStep;
    if (skipped < 0 || skipped >= table.count) return null;
    const scalars = table.stride === 0 ? table.scalars : table.scalars.subarray(skipped * width);
    return { ...table, firstStep, count: table.count - skipped, scalars };
  }

  /** Writes over the buffer that `current` does not use. */
  async function make(firstStep: number, wanted: number): Promise<Table | null> {
    const settled = width === 0 || firstStep >= optimizer.settledFrom;
    const count = settled ? wanted : Math.min(wanted, room, optimizer.settledFrom - firstStep);
    if (count === room) room = Math.min(MOST_ROWS, 2 * room);
    const rows = width === 0 ? 0 : settled ? 1 : count;
    const spare = current && current.scalars.buffer === buffers[0].buffer ? 1 : 0;
    if (buffers[spare].length < rows * width) buffers[spare] = sharedFloats(rows * width);
    const scalars = buffers[spare];
    for (;;) {
      const { revision } = optimizer;
      await fill(scalars, firstStep, rows);
      if (closed) return null;
      if (revision === optimizer.revision) return { firstStep, count, scalars, stride: settled ? 0 : width, revision };
    }
  }

  async function fill(scalars: Float32Array, firstStep: number, rows: number): Promise<void> {
    let began = performance.now();
    for (let done = 0; done < rows && !closed; ) {
      const some = Math.min(SLICE_ROWS, rows - done);
      optimizer.fill(scalars.subarray(done * width, (done + some) * width), firstStep + done, some);
      done += some;
      if (done < rows && performance.now() - began > SLICE_MILLISECONDS) {
        await pause();
        began = performance.now();
      }
    }
  }

  return {
    async take(firstStep, wanted) {
      current = partOf(current, firstStep);
      if (current) return current;
      const prepared = await next;
      next = null;
      current = partOf(prepared, firstStep) ?? (await make(firstStep, wanted));
      return current as Table;
    },
    prepare(firstStep, wanted) {
      if (next || wanted <= 0 || partOf(current, firstStep)) return;
      next = make(firstStep, wanted);
      next.catch(() => undefined);
    },
    close: () => {
      closed = true;
    },
  };
}
