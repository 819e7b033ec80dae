/**
 * A plan: a flat list of kernel calls, as plain data. Both executors (native, reference) run it; `lower.ts` makes it.
 */
import type { Draw } from '../random.ts';
import type { OpName } from './ops.ts';

/**
 * Where an operand lives. `params`, `state`, `scratch`, `scalars` and `output` hold float32, `totals` float64, `rows` int32;
 * `x` and `y` are the dataset's arrays, of the type the op asks for.
 */
export const spaces = ['params', 'state', 'scratch', 'x', 'y', 'rows', 'scalars', 'totals', 'output'] as const;
export type Space = (typeof spaces)[number];

/** How the elements of an operand lie in memory (docs/definitions.md). */
export type Layout = 'flat' | 'padded' | 'panels';

export interface Operand {
  readonly space: Space;
  /** In elements, from the start of the space. In `scalars`: from the start of the step's row of the table. */
  readonly offset: number;
  readonly layout: Layout;
  /** The logical shape; null stands for the rows of a batch. */
  readonly shape: readonly (number | null)[];
  /** For people: `dense.kernel`, `dense.kernel gradient`, `dense output`. */
  readonly label: string;
}

/** Values of dims that are known only when a step runs. */
export const ROWS = -1; // rows in this batch
export const EPOCH = -2; // number of the epoch, from 0
export const SOURCE_ROWS = -3; // rows of the dataset
export const FIRST = -4; // position of the batch's first row

/** A float that an executor looks at. */
export interface Slot {
  readonly space: 'scratch' | 'state' | 'scalars';
  /** In floats, as that of an operand. */
  readonly offset: number;
  /** For people: `step is done`. */
  readonly label: string;
}

export interface Instruction {
  readonly op: OpName;
  /** In the order of the op's definition; null where an optional one is absent. */
  readonly operands: readonly (Operand | null)[];
  /** In the order of the op's definition; negative ones are the values above. */
  readonly dims: readonly number[];
  /** It is executed where none of these holds 0: three at most. */
  readonly when?: readonly Slot[];
}

export interface Plan {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  /** The largest batch it can run. */
  readonly batchSize: number;
  /**
   * What says, after each batch, whether the step it belongs to was done: above 0, the next batch has the next row of the table; 0, it
   * has the same one, since its window goes on; below 0, too, and the step was skipped. Without it every batch is a step.
   */
  readonly advance?: Slot;
  /** Elements it needs in each space that the model owns, for a batch of that size. */
  readonly sizes: Readonly<Record<'params' | 'state' | 'scratch' | 'scalars' | 'totals', number>>;
}

/** One walk over a dataset in batches: what is run, and on what. */
export interface Pass {
  readonly plan: Plan;
  readonly x: Float32Array | Uint8Array | null;
  readonly y: Float32Array | Int32Array | null;
  /** Rows of the dataset. */
  readonly rows: number;
  readonly batchSize: number;
}

/**
 * What an executor is asked to do in one call: batches of `pass` from (`firstEpoch`, `firstBatch`) until `endEpoch` is reached
 * or `maxSteps` batches are done, whichever comes first. All its arrays are in shared memory. At batch 0 of an epoch `totals` is zeroed and `shuffle` runs; after the last
 * one `evaluation` runs over its whole dataset and `totals` is copied to row `epoch − firstEpoch` of `history`. The abort
 * flag is looked at before every batch; a stopped call has done whole batches only. A call that stops inside an
 * evaluation has not finished the epoch: its position is the evaluation's start, and going on repeats the evaluation.
 */
export interface Run {
  readonly pass: Pass;
  readonly shuffle: Plan | null;
  readonly evaluation: Pass | null;
  readonly params: Float32Array;
  readonly state: Float32Array;
  readonly scratch: Float32Array;
  readonly totals: Float64Array;
  /** Where `copyRows` of a prediction writes: rows × columns; null without. */
  readonly output: Float32Array | null;
  /** The order of rows: `pass.rows` entries, or null for 0, 1, 2 … Evaluation always runs in order. */
  readonly rows: Int32Array | null;
  /** One row of `scalarsStride` floats for each step that is done; stride 0: one row for all steps. */
  readonly scalars: Float32Array;
  readonly scalarsStride: number;
  readonly history: Float64Array | null;
  readonly firstEpoch: number;
  readonly firstBatch: number;
  readonly endEpoch: number;
  readonly maxSteps: number;
  /** Shared with the thread that runs: see `control`. */
  readonly control: Int32Array;
}

/** Slots of `Run.control`, an Int32Array of 16 in shared memory; written with Atomics. */
export const control = {
  /** 1 asks the run to stop before the next batch. Set by JavaScript, never cleared by an executor. */
  abort: 0,
  /** How the run ended: one of `status`. */
  status: 1,
  /** Where it stands: the epoch and the batch to be run next, also while it runs. */
  epoch: 2,
  batch: 3,
  /** Batches done in this call, also while it runs. */
  steps: 4,
  /** For tests and `backend()`: threads that took part, and how many op executions were divided among more than one. */
  threads: 5,
  parallelOps: 6,
  /** Steps of the optimizer that were done: rows of the table that this call has gone on by. */
  advanced: 7,
  /** Steps that were skipped. */
  skipped: 8,
} as const;

export const status = { done: 0, badRow: 1, badLabel: 2, aborted: 3 } as const;

/** One of the two ways to run a plan. */
export interface Executor {
  readonly name: 'native' | 'reference';
  readonly isa: string;
  readonly threads: number;
  /** Runs on the calling thread (and the pool); returns a `status`. */
  run(run: Run): number;
  /** Runs off the main thread. */
  start(run: Run): Promise<number>;
  /** Draws random numbers faster than src/random.ts does, and the same ones. */
  readonly draw?: Draw;
}
