/** What the native addon exports: thin, flat, and checked for memory safety on its side only. */

declare const handle: unique symbol;
/** A plan as the addon holds it. */
export interface PlanHandle {
  readonly [handle]: true;
}

export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Addon {
  /** What this build holds and what this processor can run. */
  info(): {
    version: string;
    /** Instruction sets that can run here, best first; 'scalar' is always among them. */
    isas: string[];
    /** Compiled in, but not supported by this processor. */
    unsupported: string[];
    /** Processors this process may use: affinity and cgroup quota respected, at least 1. */
    processors: number;
    cpu: string;
  };
  /** The table of ops as native/plan/ops.h has it, as JSON: [{ name, operands: [{ name, type, access, optional }], dims, hyper? }]. */
  ops(): string;
  /** Extents of all operands, units and work of op `op` at these dims; for the comparison of the two tables. */
  measure(op: number, dims: Float64Array): Float64Array;
  /**
   * `words`: for each instruction its op number, then (space, offset) for each operand of the op (space −1: absent; a space's number is its
   * place in `spaces`), then its dims.
   */
  createPlan(isa: string, threads: number, words: Float64Array): PlanHandle;
  /**
   * Runs on the calling thread. `arrays`: params, state, scratch, totals, output, x, y, rows, scalars, evaluation x, evaluation y, history, control;
   * null where a Run has null. `numbers`: pass.rows, pass.batchSize, evaluation.rows, evaluation.batchSize, firstEpoch, firstBatch,
   * endEpoch, maxSteps, scalarsStride. Throws, before anything has run, where an operand would leave its array.
   */
  run(
    plan: PlanHandle,
    shuffle: PlanHandle | null,
    evaluation: PlanHandle | null,
    arrays: (Numbers | null)[],
    numbers: Float64Array,
  ): number;
  /** The same on a thread of its own; all arrays must be in shared memory. Calls `done(error, status)` on the main thread, once. */
  start(
    plan: PlanHandle,
    shuffle: PlanHandle | null,
    evaluation: PlanHandle | null,
    arrays: (Numbers | null)[],
    numbers: Float64Array,
    done: (error: Error | null, status: number) => void,
  ): void;
  /**
   * Runs one op on arrays, `count` times in one call: `arrays` holds count × operands (null: absent), `dims` count × dims.
   * Each array must hold at least the operand's extent; what is written may not overlap another operand, unless they start at the same place.
   * Returns a `status`.
   */
  kernel(isa: string, threads: number, op: number, arrays: (Numbers | null)[], dims: Float64Array): number;
  /** Work (see `OpSpec.work`) below which an op runs on one thread; returns the one before. For tests: 0. */
  setThreadingThreshold(work: number): number;
}
