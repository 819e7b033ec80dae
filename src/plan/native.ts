/** The native executor: hands plans and runs to the addon. */
import type { Addon, Numbers, PlanHandle } from '../kernels/addon.ts';
import { ops } from './ops.ts';
import { type Executor, type Plan, type Run, spaces } from './plan.ts';

const numbers = new Map<string, number>(ops.map(({ name }, i) => [name, i]));

/** A plan as numbers: see `Addon.createPlan`. */
export function encode(plan: Plan): Float64Array {
  return Float64Array.from(
    plan.instructions.flatMap(({ op, operands, dims }) => [
      numbers.get(op) ?? -1,
      ...operands.flatMap((operand) => (operand === null ? [-1, 0] : [spaces.indexOf(operand.space), operand.offset])),
      ...dims,
    ]),
  );
}

function arraysOf({ pass, evaluation, ...run }: Run): (Numbers | null)[] {
  const { params, state, scratch, totals, output, rows, scalars, history, control } = run;
  const data = [pass.x, pass.y, rows, scalars, evaluation?.x ?? null, evaluation?.y ?? null];
  return [params, state, scratch, totals, output, ...data, history, control];
}

function numbersOf({ pass, evaluation, firstEpoch, firstBatch, endEpoch, maxSteps, scalarsStride }: Run): Float64Array {
  return Float64Array.of(
    pass.rows,
    pass.batchSize,
    evaluation?.rows ?? 0,
    evaluation?.batchSize ?? 0,
    firstEpoch,
    firstBatch,
    endEpoch,
    maxSteps,
    scalarsStride,
  );
}

export function createNativeExecutor(addon: Addon, isa: string, threads: number): Executor {
  const handles = new WeakMap<Plan, PlanHandle>();

  function handleOf(plan: Plan): PlanHandle {
    const known = handles.get(plan);
    if (known) return known;
    const handle = addon.createPlan(isa, threads, encode(plan));
    handles.set(plan, handle);
    return handle;
  }

  const parts = (run: Run) =>
    [
      handleOf(run.pass.plan),
      run.shuffle && handleOf(run.shuffle),
      run.evaluation && handleOf(run.evaluation.plan),
      arraysOf(run),
      numbersOf(run),
    ] as const;

  return {
    name: 'native',
    isa,
    threads,
    run: (run) => addon.run(...parts(run)),
    start: (run) =>
      new Promise((resolve, reject) => {
        addon.start(...parts(run), (error, status) => (error ? reject(error) : resolve(status)));
      }),
  };
}
