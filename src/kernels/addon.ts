/** What the native addon exports: thin, flat, and checked for memory safety on its side only. */

declare const handle: unique symbol;
/** A plan as the addon holds it. */
export interface PlanHandle {
  readonly [handle]: true;
}

/** Throws, before anything has run, where an operand would leave its array. */
export interface PreparedRun {
  /** Runs on the calling thread; returns a `status`. */
  (): number;
  /** Runs on a thread of its own; calls `done(error, status)` on the main thread, once. */
  (done: (error: Error | null, status: number) => void): void;
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
   * −2 and a (space, offset) before an instruction: it is executed where that float is not 0; three of them at most. −3 and a (space, offset)
   * before all: `Plan.advance`.
   */
  createPlan(isa: string, threads: number, words: Float64Array): PlanHandle;
  /**
   * Plans on arrays, read once and run many times. `arrays`: params, state, scratch, totals, output, x, y, rows, scalars, evaluation x,
   * evaluation y, history, control, command; null where a Run has null. All must be in shared memory, and live as long as the result.
   * `command`, a Float64Array, holds what is read at each call: pass.rows, pass.batchSize, evaluation.rows, evaluation.batchSize,
   * firstEpoch, firstBatch, endEpoch, maxSteps, scalarsStride.
   */
  prepare(
    plan: PlanHandle,
    shuffle: PlanHandle | null,
    evaluation: PlanHandle | null,
    arrays: (Numbers | null)[],
  ): PreparedRun;
  /**
   * Runs one op on arrays, `count` times in one call: `arrays` holds count × operands (null: absent), `dims` count × dims.
   * Each array must hold at least the operand's extent; what is written may not overlap another operand, unless they start at the same place.
   * Returns a `status`.
   */
  kernel(isa: string, threads: number, op: number, arrays: (Numbers | null)[], dims: Float64Array): number;
  /**
   * One op, prepared: the result runs it on the operands it is given, with the dims that `dims`, in shared memory, holds at that time;
   * it checks and returns as `kernel` does.
   */
  prepareKernel(
    isa: string,
    threads: number,
    op: number,
    dims: Float64Array,
  ): (...operands: (Numbers | null)[]) => number;
  /**
   * As `kernel`, prepared for the same arrays again and again, which are held. `varying` says which places of `arrays` are given at each call:
   * the result takes whether to hold these too, and the arrays; or `true` alone, for those that it holds. It returns a `status`, or −1 where
   * memory has been taken away since; nothing has run then.
   */
  prepareCalls(
    isa: string,
    threads: number,
    op: number,
    arrays: (Numbers | null)[],
    dims: Float64Array,
    varying: Int32Array,
  ): (hold: boolean, ...arrays: (Numbers | null)[]) => number;
  /**
   * Fills `out` with random numbers, as src/random.ts does. `numbers`: seedLow, seedHigh, purpose << 24 | layer, then
   * 0, low, span, 1 for uniform ones, or 1, mean, deviation, cut for normal ones, cut at least 1.
   */
  draw(out: Float32Array, numbers: Float64Array): void;
  /** How many bytes past a line of 64 bytes a typed array begins. */
  misalignment(array: Numbers): number;
  /** Work (see `OpSpec.work`) below which an op runs on one thread; returns the one before. For tests: 0. */
  setThreadingThreshold(work: number): number;
}
