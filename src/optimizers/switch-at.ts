import { checkOptions, describe, positiveInteger, rangeError, typeError } from '../errors.ts';
import { lowerNoise, lowerTransforms } from '../plan/clip.ts';
import { GRADIENT_SUM } from '../plan/gate.ts';
import type { Program } from '../plan/steps.ts';
import { bind } from './bind.ts';
import { type GateOptions, gateOf, gateOptions } from './gate-options.ts';
import { isOptimizer, register } from './make.ts';
import type { AveragedWeights, Optimizer, Part, StateSpec } from './optimizer.ts';

/** One of the two, and where its scalars and its states are among those of both. */
interface Phase {
  readonly optimizer: Optimizer;
  readonly column: number;
  /** Where the scalar is that says whether it is its turn. */
  readonly turn: number;
  readonly states: readonly number[];
}

/** Whether two states are numbers of one kind, an element each; codes mean nothing without their scales. */
const alike = (a: StateSpec, b: StateSpec): boolean =>
  [a, b].every(({ shape, shared, stored }) => !shape && !shared && stored !== 'uint8') &&
  a.name === b.name &&
  a.stored === b.stored;

function freeName(wanted: string, taken: readonly StateSpec[]): string {
  let name = wanted;
  while (taken.some((state) => state.name === name)) name += 'Next';
  return name;
}

/** A maximum begins well at any step: whatever comes next is larger than nothing. */
const beginsAnywhere = ({ name, initial }: StateSpec): boolean => name.startsWith('max') && initial === 0;

/**
 * The states of both. Where the first has all those of the second, they are the same memory. A single one that it has not
 * would have to begin in the middle of the count that the others go on with: `z` and `slow` at nothing instead of the weights.
 */
function united(
  first: readonly StateSpec[],
  second: readonly StateSpec[],
): { all: StateSpec[]; own: number[]; shared: boolean } {
  const known = second.map((state) => first.findIndex((other) => alike(other, state)));
  const all = [...first];
  if (known.some((at) => at >= 0) && second.every((state, i) => known[i] >= 0 || beginsAnywhere(state))) {
    return {
      all,
      own: known.map((at, i) => (at >= 0 ? at : all.push({ ...second[i], name: freeName(second[i].name, all) }) - 1)),
      shared: true,
    };
  }
  const own = second.map((state) => all.push({ ...state, name: freeName(state.name, all) }) - 1);
  return { all, own, shared: false };
}

function checked(name: string, given: unknown): Optimizer {
  if (!isOptimizer(given)) {
    const wanted = 'what optimizers.adam() and its like return';
    throw typeError('ERR_PLUMMET_OPTION', `switchAt: ${name} must be ${wanted}, got ${describe(given)}`);
  }
  if (given.ascent || given.search) {
    const advice = given.ascent ? '; it can be put around switchAt' : '';
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `switchAt: ${name}, ${given.name}, needs gradients in more than one place${advice}`,
    );
  }
  if (!given.grouped && given.gate === null && given.parts.length === 1) return given;
  const what = given.gate === null ? 'groups' : gateOptions.join(', ');
  const advice = given.gate === null ? '' : '; these are options of switchAt itself';
  throw rangeError('ERR_PLUMMET_OPTION', `switchAt: ${name}, ${given.name}, cannot have ${what}${advice}`);
}

/** The step of a part in its turn, as ops under the condition that it is. */
function programOf(phases: readonly Phase[]): Program {
  return (steps, tensors, { column: start }) => {
    for (const { optimizer, column, turn, states } of phases) {
      const [base] = optimizer.parts;
      const part: Part = { ...base, column: start + column + base.column };
      const { globalNorm } = optimizer;
      steps.where([steps.scalars(start + turn, 1)], () => {
        const own = tensors.map((tensor) => ({ ...tensor, part, states: states.map((s) => tensor.states[s]) }));
        lowerTransforms(steps, own, {
          parts: [part],
          globalNorm: globalNorm && { ...globalNorm, column: start + column + globalNorm.column },
        });
        lowerNoise(steps, own, [part]);
        part.program(steps, own, part);
      });
    }
  };
}

function averagedBy(
  { parts: [{ averaged }] }: Optimizer,
  states: readonly string[],
  from: number,
): AveragedWeights | undefined {
  return averaged && { ...averaged, state: states[0], from: Math.max(from + 1, from + (averaged.from ?? 1)) };
}

/**
 * Two optimizers, one after the other: `first` does steps 1 … `step`, `second` all others.
 *
 * States are handed on where `first` has all those of `second`, by the same names (`expAvg`, `expAvgSq`, `momentumBuffer` …), but for
 * maxima, which begin at 0. The count of steps goes on, too: bias corrections and schedules of `second` are those of the step of the whole. Where one is missing, `second`
 * begins anew, with its own step 1, and so do its schedules; states whose names `first` has as well are then called `expAvgNext` …. Each
 * has its own options, also for clipping; neither can have groups, sam, asam or lbfgs. The options of `skipNonFinite`,
 * `gradientAccumulationSteps` and `lossScale` are given to `switchAt`.
 *
 * @param step - a positive integer: the last step of `first`
 * @throws `ERR_PLUMMET_OPTION`
 * @example
 * const optimizer = optimizers.switchAt(1000, optimizers.adam(), optimizers.sgd({ learningRate: 0.01, momentum: 0.9 }));
 */
export function switchAt(step: number, first: Optimizer, second: Optimizer, options: GateOptions = {}): Optimizer {
  const last = positiveInteger('switchAt', 'step', step);
  const a = checked('first', first);
  const b = checked('second', second);
  const given = checkOptions('switchAt', options, gateOptions);
  const { all, own, shared } = united(a.parts[0].states, b.parts[0].states);
  const turns = a.width + b.width;
  const opening = gateOf('switchAt', given, turns + 2);
  const width = turns + 2 + (opening?.scalars.length ?? 0);
  /** How many steps `second` is behind. */
  const behind = shared ? 0 : last;
  const states = [...all, ...(opening && opening.gate.batches > 1 ? [{ name: GRADIENT_SUM, initial: 0 }] : [])];
  const part: Part = {
    op: null,
    program: programOf([
      { optimizer: a, column: 0, turn: turns, states: a.parts[0].states.map((_, i) => i) },
      { optimizer: b, column: a.width, turn: turns + 1, states: own },
    ]),
    states,
    check(name, shape) {
      for (const { parts } of [a, b]) parts[0].check?.(name, shape);
    },
    column: 0,
    width,
    transforms: [],
    averaged: averagedBy(b, stateOf(b, all, own), last),
  };
  const optimizer: Optimizer = {
    name: 'switchAt',
    op: null,
    states,
    width,
    parts: [part],
    grouped: false,
    globalNorm: null,
    gate: opening?.gate ?? null,
    partsFor: (names) => names.map(() => part),
    get options() {
      const described = ({ name, options: own_ }: Optimizer) => ({ name, ...own_ });
      return { step: last, first: described(a), second: described(b), ...given };
    },
    get learningRate() {
      return a.learningRate;
    },
    set learningRate(value) {
      a.learningRate = value;
      b.learningRate = value;
    },
    keepLearningRates() {
      const kept = [a, b].map((of) => of.keepLearningRates());
      return () => {
        for (const putBack of kept) putBack();
      };
    },
    learningRateAt: (of) => (of <= last ? a.learningRateAt(of) : b.learningRateAt(of - behind)),
    fill(table, firstStep, count, scheduledFrom = firstStep) {
      for (let i = 0; i < count; i++) {
        const row = table.subarray(i * width, (i + 1) * width);
        const [t, s] = [firstStep + i, scheduledFrom + i];
        row.fill(0);
        // All parameters go over to the second at the same time, also those that have been skipped.
        if (s <= last) a.fill(row, t, 1, s);
        else b.fill(row.subarray(a.width), Math.max(1, t - behind), 1, s - behind);
        row[turns] = s <= last ? 1 : 0;
        row[turns + 1] = s <= last ? 0 : 1;
        if (opening) row.set(opening.scalars, opening.gate.column);
      }
    },
    get revision() {
      return a.revision + b.revision;
    },
    get settledFrom() {
      return Math.max(last + 1, b.settledFrom + behind);
    },
    get plateaus() {
      return [...new Set([...a.plateaus, ...b.plateaus])];
    },
    bind: (parameters, how) => bind(optimizer, parameters, how),
  };
  return register(optimizer);
}

/** The name that the averaged state of an optimizer has among those of both. */
function stateOf(
  { parts: [{ averaged, states }] }: Optimizer,
  all: readonly StateSpec[],
  own: readonly number[],
): string[] {
  const at = states.findIndex(({ name }) => name === averaged?.state);
  return at < 0 ? [] : [all[own[at]].name];
}
