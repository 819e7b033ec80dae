import { inRange, rangeError } from '../errors.ts';
import { type OpSpec, type OptimizerOp, opNamed } from '../plan/ops.ts';
import { elementwise, type Program } from '../plan/steps.ts';
import type { Transform } from '../plan/transforms.ts';
import { isSchedule, plateausIn, revisionOf, ruleOf } from '../schedules/make.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { bind } from './bind.ts';
import type { Optimizer, Part, StateSpec } from './optimizer.ts';

/** A number that may change from step to step. */
export type Scheduled = number | Schedule;

/** What tells one optimizer from another. */
export interface Rule<H extends string = never> {
  readonly name: string;
  /** Options that may be schedules: the learning rate, and what else the rule wants. */
  readonly hyper: Readonly<Record<'learningRate' | H, Scheduled>>;
  /** Every other effective option. */
  readonly options: Readonly<Record<string, number | boolean | string | readonly number[] | null>>;
  /** The element-wise op that does a step, or the ops that do, with the number of scalars that they take. */
  readonly op: OptimizerOp | { readonly program: Program; readonly width: number };
  readonly states: readonly StateSpec[];
  /** From this step on `scalars` depend on the values of `hyper` alone. */
  readonly settledFrom: number;
  /**
   * The scalars of one step, in the order of the op's `hyper`, in float64, from the values that `hyper` has in it. `count` is the step that
   * schedules go by, which is ahead of `step` for a parameter that has been skipped.
   */
  readonly scalars: (
    step: number,
    values: Readonly<Record<'learningRate' | H, number>>,
    count: number,
  ) => readonly number[];
  readonly check?: Part['check'];
  readonly averaged?: Part['averaged'];
  readonly hessianScalars?: Part['hessianScalars'];
  readonly numbers?: Part['numbers'];
  readonly search?: Optimizer['search'];
  /** What is done to gradients before, whatever options say, and after what they say; `column` counts from the end of the scalars. */
  readonly transforms?: readonly Transform[];
}

const made = new WeakSet<object>();
export const isOptimizer = (value: unknown): value is Optimizer =>
  typeof value === 'object' && value !== null && made.has(value);

/** Makes an optimizer one that `isOptimizer` knows. */
export function register(optimizer: Optimizer): Optimizer {
  made.add(optimizer);
  return Object.freeze(optimizer);
}

/** An option that is a number of at least 0, and in that range, or a schedule. */
export const scheduledOption = (
  who: string,
  name: string,
  value: unknown,
  high = Number.POSITIVE_INFINITY,
  ends?: '[]' | '[)',
): Scheduled => (isSchedule(value) ? value : inRange(who, name, value, 0, high, ends));

export const learningRateOption = (who: string, value: unknown): Scheduled =>
  scheduledOption(who, 'learningRate', value);

/** The value for a step, counted from 1. */
function valueAt(who: string, name: string, scheduled: Scheduled, step: number): number {
  if (typeof scheduled === 'number') return scheduled;
  const value = ruleOf(scheduled).value(step - 1);
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  const problem = `the schedule of ${name} gives ${value} for step ${step}; it must give finite numbers of at least 0`;
  throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${problem}`);
}

function hyperWidth(op: OptimizerOp): number {
  const spec: OpSpec = opNamed(op);
  return spec.hyper?.length ?? 0;
}

export function createOptimizer<H extends string = never>(rule: Rule<H>): Optimizer {
  const { name, states, check, averaged, hessianScalars, numbers } = rule;
  const op = typeof rule.op === 'string' ? rule.op : null;
  const { program, width } =
    typeof rule.op === 'string' ? { program: elementwise, width: hyperWidth(rule.op) } : rule.op;
  const transforms = (rule.transforms ?? []).map((own) => ({ ...own, column: width + own.column }));
  const limits = transforms.flatMap((own) => own.limits);
  const rowWidth = width + limits.length;
  const part: Part = {
    op,
    program,
    states,
    check,
    column: 0,
    width,
    transforms,
    averaged,
    hessianScalars,
    numbers,
  };
  const hyper: Record<'learningRate' | H, Scheduled> = { ...rule.hyper };
  /** What `hyper` is in the step at hand; what does not change stands there already. */
  const values = {} as Record<'learningRate' | H, number>;
  let changing: ('learningRate' | H)[] = [];
  let parts: readonly Schedule[] = [];
  let changes = 0;
  const settle = (): void => {
    parts = Object.values<Scheduled>(hyper).filter(isSchedule);
    changing = [];
    for (const key of Object.keys(hyper) as ('learningRate' | H)[]) {
      const scheduled = hyper[key];
      if (typeof scheduled === 'number') values[key] = scheduled;
      else changing.push(key);
    }
  };
  settle();
  const optimizer: Optimizer = {
    name,
    op,
    states,
    width: rowWidth,
    parts: [part],
    grouped: false,
    globalNorm: null,
    gate: null,
    ...(rule.search && { search: rule.search }),
    partsFor: (names) => names.map(() => part),
    get options() {
      return { ...hyper, ...rule.options };
    },
    get learningRate() {
      return hyper.learningRate;
    },
    set learningRate(value) {
      const checked = learningRateOption(name, value);
      if (Object.is(checked, hyper.learningRate)) return;
      hyper.learningRate = checked;
      changes++;
      settle();
    },
    keepLearningRates() {
      const { learningRate } = optimizer;
      return () => {
        optimizer.learningRate = learningRate;
      };
    },
    learningRateAt: (step) => valueAt(name, 'learningRate', hyper.learningRate, step),
    fill(table, firstStep, count, scheduledFrom = firstStep) {
      for (let i = 0; i < count; i++) {
        for (const key of changing) values[key] = valueAt(name, key, hyper[key], scheduledFrom + i);
        const row = rule.scalars(firstStep + i, values, scheduledFrom + i);
        const at = i * rowWidth;
        for (let j = 0; j < width; j++) table[at + j] = row[j];
        for (let j = 0; j < limits.length; j++) table[at + width + j] = limits[j];
      }
    },
    get revision() {
      return parts.reduce((sum, schedule) => sum + revisionOf(schedule), changes);
    },
    get settledFrom() {
      // A schedule's step 0 is the optimizer's step 1.
      return Math.max(rule.settledFrom, ...parts.map((schedule) => 1 + ruleOf(schedule).settledFrom));
    },
    get plateaus() {
      return [...new Set(parts.flatMap(plateausIn))];
    },
    bind: (parameters, options) => bind(optimizer, parameters, options),
  };
  return register(optimizer);
}
