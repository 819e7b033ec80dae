/** The reference executor: walks a plan, batch by batch, in TypeScript. */
import { rangeError } from '../errors.ts';
import { kernels as float64Kernels } from '../kernels/float64/table.ts';
import type { Kernel } from '../kernels/reference/kernel.ts';
import { kernels as float32Kernels } from '../kernels/reference/table.ts';
import { type BoundPlan, bindPlan, holdsNow, type Precision, placeBatch, placeScalars, type Spaces } from './bind.ts';
import type { OpName } from './ops.ts';
import { control, type Pass, type Plan, type Run, status } from './plan.ts';
import { alone, type Team, word } from './team.ts';

type Doubled<T> = T extends Float32Array ? Float64Array : T;
export type DoublePass = { readonly [K in keyof Pass]: Doubled<Pass[K]> };
/** A run in float64, for checking gradients: the same plans, over Float64Arrays. */
export type DoubleRun = {
  readonly [K in keyof Run]: K extends 'pass'
    ? DoublePass
    : K extends 'evaluation'
      ? DoublePass | null
      : Doubled<Run[K]>;
};

/** A run whose plans are bound to its arrays. */
export interface BoundRun {
  readonly run: Run | DoubleRun;
  readonly train: BoundPlan;
  readonly shuffle: BoundPlan | null;
  readonly evaluation: BoundPlan | null;
}

const tables: Readonly<Record<Precision, Readonly<Record<OpName, Kernel>>>> = {
  float32: float32Kernels,
  float64: float64Kernels,
};

function checkPass(name: string, { plan, rows, batchSize }: Pass | DoublePass): void {
  if (!(Number.isSafeInteger(rows) && rows >= 1)) {
    throw rangeError('ERR_PLUMMET_SHAPE', `${name}: rows must be a positive integer, got ${rows}`);
  }
  if (!(Number.isSafeInteger(batchSize) && batchSize >= 1 && batchSize <= plan.batchSize)) {
    throw rangeError('ERR_PLUMMET_SHAPE', `${name}: the batch size must be 1 to ${plan.batchSize}, got ${batchSize}`);
  }
}

/**
 * Checks a run, and binds its plans to its arrays.
 *
 * @throws `ERR_PLUMMET_TYPE`, `ERR_PLUMMET_SHAPE` where plans and arrays do not fit
 */
export function bind(run: Run | DoubleRun, precision: Precision, threshold: number): BoundRun {
  const { pass, evaluation, params, state, scratch, totals, output, scalars } = run;
  checkPass('pass', pass);
  if (evaluation) checkPass('evaluation', evaluation);
  const shared = { params, state, scratch, scalars, totals, output };
  const bound = (plan: Plan, { x, y, rows, batchSize }: Pass | DoublePass, order: Int32Array | null): BoundPlan => {
    const spaces: Spaces = { ...shared, x, y, rows: order };
    return bindPlan(plan, tables[precision], spaces, { rows, batchSize }, precision, threshold);
  };
  const train = bound(pass.plan, pass, run.rows);
  if (run.firstEpoch < run.endEpoch) checkSpan(train, run);
  return {
    run,
    train,
    shuffle: run.shuffle && bound(run.shuffle, pass, run.rows),
    evaluation: evaluation && bound(evaluation.plan, evaluation, null),
  };
}

/** Checks what depends on where a run begins and ends: each step's scalars and each epoch's results have a place. */
function checkSpan(train: BoundPlan, run: Run | DoubleRun): void {
  const { pass, firstEpoch, endEpoch, firstBatch, maxSteps, scalars, scalarsStride, history, totals } = run;
  const batches = Math.ceil(pass.rows / pass.batchSize);
  if (firstBatch > batches) {
    throw rangeError('ERR_PLUMMET_OPTION', `firstBatch is ${firstBatch}, but an epoch has ${batches} batches`);
  }
  const steps = Math.min(maxSteps, (endEpoch - firstEpoch) * batches - firstBatch);
  let width = 0;
  for (const { spec, scalarsAt, scalarsOffset, dims, when } of train.calls) {
    for (const { inScalars, place } of when) if (inScalars) width = Math.max(width, place + 1);
    if (scalarsAt >= 0) width = Math.max(width, scalarsOffset + spec.operands[scalarsAt].extent(Array.from(dims)));
  }
  if (width > 0 && steps > 0 && (steps - 1) * scalarsStride + width > scalars.length) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `scalars: ${steps} steps need ${(steps - 1) * scalarsStride + width} floats, the array has ${scalars.length}`,
    );
  }
  const epochs = Math.floor((firstBatch + steps) / batches);
  if (history && epochs * totals.length > history.length) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `history: ${epochs} epochs of ${totals.length} totals need more than the ${history.length} elements of the array`,
    );
  }
}

/** Runs on the calling thread, alone. */
export const execute = (run: Run): number => walk(bind(run, 'float32', 0), alone());

/** The same in float64. */
export const executeDouble = (run: DoubleRun): number => walk(bind(run, 'float64', 0), alone());

/** One thread's walk over a run, from its first batch to its end. Every thread of the team does the same walk. */
export function walk(bound: BoundRun, team: Team): number {
  const { run, train, shuffle, evaluation } = bound;
  const { pass, totals, endEpoch, maxSteps } = run;
  const first = team.thread === 0;
  const batches = Math.ceil(pass.rows / pass.batchSize);
  const evaluationBatches = run.evaluation ? Math.ceil(run.evaluation.rows / run.evaluation.batchSize) : 0;
  let epoch = run.firstEpoch;
  let batch = run.firstBatch;
  let steps = 0;
  /** Rows of the table that steps have gone on by. */
  let advanced = 0;
  let skipped = 0;
  let evaluated = 0;
  let parallelOps = 0;

  const publish = (): void => {
    Atomics.store(run.control, control.epoch, Math.min(epoch, 2147483647));
    Atomics.store(run.control, control.batch, Math.min(batch, 2147483647));
    Atomics.store(run.control, control.steps, Math.min(steps, 2147483647));
    Atomics.store(run.control, control.advanced, Math.min(advanced, 2147483647));
    Atomics.store(run.control, control.skipped, Math.min(skipped, 2147483647));
  };
  const finished = (): boolean => epoch >= endEpoch || (batch < batches && steps >= maxSteps);
  const decide = (): number => {
    publish();
    return finished() || Atomics.load(run.control, control.abort) === 1 ? word.stop : word.go;
  };
  /** Executes a plan on this thread's share of its units; false where somebody failed. */
  const runPlan = (plan: BoundPlan): boolean => {
    let together = false;
    for (let i = 0; i < plan.calls.length; i++) {
      const call = plan.calls[i];
      const divided = call.divided && team.threads > 1;
      // Whatever one thread does alone needs no barrier before the next that it does alone.
      if (i > 0 && (divided || together) && team.meet(word.go) !== word.go) return false;
      together = divided;
      if (!divided && !first) continue;
      const begin = divided ? Math.floor((call.units * team.thread) / team.threads) : 0;
      const end = divided ? Math.floor((call.units * (team.thread + 1)) / team.threads) : call.units;
      if (divided && call.units > 1) parallelOps++;
      if (begin >= end || !holdsNow(call.when)) continue;
      const code = call.kernel(call.operands, call.offsets, call.dims, begin, end);
      if (code === 0) continue;
      team.report(i, code);
      if (team.threads === 1) return false;
      if (!divided) return team.meet(word.go) === word.go;
    }
    return true;
  };
  const place = (plan: BoundPlan, { rows, batchSize }: Pass | DoublePass, which: number): void =>
    placeBatch(plan, Math.min(batchSize, rows - which * batchSize), which * batchSize, epoch);

  const beginEpoch = (): boolean => {
    if (first) totals.fill(0);
    if (shuffle) {
      placeBatch(shuffle, shuffle.rows, 0, epoch);
      if (!runPlan(shuffle)) return false;
    }
    return team.meet(word.go) === word.go;
  };
  const step = (): boolean => {
    if (batch === 0 && !beginEpoch()) return false;
    place(train, pass, batch);
    placeScalars(train, advanced * run.scalarsStride);
    if (!runPlan(train)) return false;
    if (train.advance) {
      // All have to have read it before the next batch writes it again.
      if (team.meet(word.go) !== word.go) return false;
      const by = train.advance.array[train.advance.offset];
      if (by > 0) advanced++;
      else if (by < 0) skipped++;
    } else {
      advanced++;
    }
    batch++;
    steps++;
    return true;
  };
  const evaluate = (plan: BoundPlan, data: Pass | DoublePass): boolean => {
    // An evaluation that was stopped in the middle is repeated from its beginning.
    if (evaluated === 0 && first) for (const slot of plan.totals) totals[slot] = 0;
    place(plan, data, evaluated);
    if (!runPlan(plan)) return false;
    evaluated++;
    return true;
  };
  const endEpochIfDue = (): void => {
    if (epoch >= endEpoch || batch < batches || evaluated < evaluationBatches) return;
    if (first && run.history) run.history.set(totals, (epoch - run.firstEpoch) * totals.length);
    epoch++;
    batch = 0;
    evaluated = 0;
  };

  let before = { epoch, batch, steps, advanced, skipped };
  let met: number;
  for (;;) {
    endEpochIfDue();
    met = team.meet(first ? decide() : word.go);
    if (met !== word.go) break;
    before = { epoch, batch, steps, advanced, skipped };
    const good = batch === batches && evaluation && run.evaluation ? evaluate(evaluation, run.evaluation) : step();
    if (good) continue;
    met = word.failed;
    break;
  }
  // A batch that failed has not been done, also where this thread hears of it only at the next meeting.
  if (met === word.failed) ({ epoch, batch, steps, advanced, skipped } = before);
  const ended = met === word.failed ? team.status() : finished() ? status.done : status.aborted;
  if (first) {
    publish();
    Atomics.store(run.control, control.threads, team.threads);
    Atomics.store(run.control, control.parallelOps, Math.min(parallelOps, 2147483647));
    Atomics.store(run.control, control.status, ended);
  }
  return ended;
}
