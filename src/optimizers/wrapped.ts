/** Optimizers around other ones: more columns in the table, more ops around their steps. */
import { describe, rangeError, typeError } from '../errors.ts';
import { bind } from './bind.ts';
import { isOptimizer, register } from './make.ts';
import type { Ascent, Optimizer, Part } from './optimizer.ts';

interface Around {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** What a row has behind the scalars of the optimizer inside. */
  readonly scalars: (step: number) => readonly number[];
  readonly width: number;
  /** From this step on those never change. */
  readonly settledFrom: number;
  /** `column`: where its own scalars stand from the start of the part's. */
  readonly part?: (part: Part, column: number) => Part;
  /** `column`: where its own scalars stand in a row. */
  readonly ascent?: (column: number) => Ascent;
}

/** What an optimizer is put around: `optimizer`, or a plain one by default. */
export function innerOptimizer(who: string, given: unknown, fallback: () => Optimizer): Optimizer {
  if (given === undefined) return fallback();
  if (!isOptimizer(given)) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${who}: optimizer must be what optimizers.adam() and its like return, got ${describe(given)}`,
    );
  }
  if (given.search === undefined) return given;
  throw rangeError(
    'ERR_PLUMMET_OPTION',
    `${who}: optimizer must take steps by gradients, ${given.name} looks for them itself`,
  );
}

export function wrap(base: Optimizer, around: Around): Optimizer {
  const { name, scalars, part: partAround } = around;
  const column = base.width;
  const width = column + around.width;
  // The sum of a window's gradients stays behind all other states.
  const summed = base.gate !== null && base.gate.batches > 1;
  const wrapPart = (part: Part): Part => {
    if (!partAround) return part;
    if (!summed) return partAround(part, column - part.column);
    const made = partAround({ ...part, states: part.states.slice(0, -1) }, column - part.column);
    return { ...made, states: [...made.states, ...part.states.slice(-1)] };
  };
  const wrapped = new Map(base.parts.map((part): [Part, Part] => [part, wrapPart(part)]));
  const partOf = (part: Part | null): Part | null => (part === null ? null : (wrapped.get(part) as Part));
  const parts = base.parts.map((part) => partOf(part) as Part);
  const ascent = around.ascent?.(column) ?? base.ascent;
  let room = new Float32Array(0);

  const optimizer: Optimizer = {
    name,
    op: parts[0].op,
    states: parts[0].states,
    width,
    parts,
    grouped: base.grouped,
    globalNorm: base.globalNorm,
    gate: base.gate,
    ...(ascent && { ascent }),
    partsFor: (names) => base.partsFor(names).map(partOf),
    get options() {
      return { ...around.options, optimizer: { name: base.name, ...base.options } };
    },
    get learningRate() {
      return base.learningRate;
    },
    set learningRate(value) {
      base.learningRate = value;
    },
    keepLearningRates: () => base.keepLearningRates(),
    learningRateAt: (step) => base.learningRateAt(step),
    fill(table, firstStep, count, scheduledFrom = firstStep) {
      if (room.length < count * column) room = new Float32Array(count * column);
      base.fill(room, firstStep, count, scheduledFrom);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < column; j++) table[i * width + j] = room[i * column + j];
        const own = scalars(firstStep + i);
        for (let j = 0; j < around.width; j++) table[i * width + column + j] = own[j];
      }
    },
    get revision() {
      return base.revision;
    },
    get settledFrom() {
      return Math.max(base.settledFrom, around.settledFrom);
    },
    get plateaus() {
      return base.plateaus;
    },
    bind: (parameters, options) => bind(optimizer, parameters, options),
  };
  return register(optimizer);
}
