import { inRange } from '../errors.ts';
import type { OptimizerOp } from '../plan/ops.ts';
import { bind } from './bind.ts';
import { hyperWidth } from './hyper.ts';
import type { Optimizer, StateSpec } from './optimizer.ts';

/** What tells one optimizer from another. */
export interface Rule {
  readonly name: string;
  /** Every effective option but the learning rate. */
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly learningRate: number;
  readonly op: OptimizerOp;
  readonly states: readonly StateSpec[];
  readonly settledFrom: number;
  /** The scalars of one step, in the order of the op's `hyper`, in float64. */
  readonly scalars: (step: number, learningRate: number) => readonly number[];
}

const made = new WeakSet<object>();
export const isOptimizer = (value: unknown): value is Optimizer =>
  typeof value === 'object' && value !== null && made.has(value);

export const learningRateOption = (who: string, value: unknown): number =>
  inRange(who, 'learningRate', value, 0, Number.POSITIVE_INFINITY);

export function createOptimizer(rule: Rule): Optimizer {
  const { name, op, states } = rule;
  const width = hyperWidth(op);
  let learningRate = learningRateOption(name, rule.learningRate);
  const optimizer: Optimizer = {
    name,
    op,
    states,
    settledFrom: rule.settledFrom,
    get options() {
      return { learningRate, ...rule.options };
    },
    get learningRate() {
      return learningRate;
    },
    set learningRate(value) {
      learningRate = learningRateOption(name, value);
    },
    fill(table, firstStep, count) {
      for (let i = 0; i < count; i++) {
        const row = rule.scalars(firstStep + i, learningRate);
        for (let j = 0; j < width; j++) table[i * width + j] = row[j];
      }
    },
    bind: (parameters, options) => bind(optimizer, parameters, options),
  };
  made.add(optimizer);
  return Object.freeze(optimizer);
}
