/** Averages of weights that are kept beside them: exponential moving ones, and those of stochastic weight averaging. */
import { checkOptions, inRange, positiveInteger, rangeError } from '../errors.ts';
import type { Program } from '../plan/steps.ts';
import type { Part, StateSpec } from './optimizer.ts';

export interface EmaOptions {
  /** In [0, 1): how much of the average stays; default 0.99. */
  decay?: number;
  /** A positive integer: it goes on with every so manieth step; default 1. */
  every?: number;
  /** A positive integer: with every so manieth step the weights become the average; default null, never. */
  overwriteFrequency?: number | null;
}

export interface SwaOptions {
  /** A positive integer: the step whose weights are the first of the mean. */
  start: number;
  /** A positive integer: every so manieth step from there on; default 1. */
  frequency?: number;
}

export interface AverageOptions {
  /**
   * Keeps an exponential moving average of the weights, as Keras' `use_ema`: after the first step it is the weights, after each other one
   * decay · average + (1 − decay) · weights. A number is `decay`.
   */
  ema?: number | EmaOptions | null;
  /** Stochastic weight averaging, Izmailov et al. 2018: keeps the mean of the weights after steps start, start + frequency … */
  swa?: SwaOptions | null;
}

export const averageOptions = ['ema', 'swa'] as const;

/** What is done after each step. */
interface Average {
  readonly name: 'ema' | 'swa';
  /** The first step after which there is one. */
  readonly from: number;
  readonly overwrites: boolean;
  /** For a step: how much of the average stays, how much of the weights comes to it, whether it goes on, whether it takes their place, 1. */
  readonly scalars: (step: number) => readonly number[];
}

/** How many scalars a step takes. */
export const AVERAGE_COLUMNS = 5;

function emaOf(who: string, given: unknown): Average {
  const read: Partial<Record<'decay' | 'every' | 'overwriteFrequency', unknown>> =
    typeof given === 'number'
      ? { decay: given }
      : checkOptions(`${who}: ema`, given, ['decay', 'every', 'overwriteFrequency']);
  const decay = inRange(who, typeof given === 'number' ? 'ema' : 'ema.decay', read.decay ?? 0.99, 0, 1, '[)');
  const every = positiveInteger(who, 'ema.every', read.every ?? 1);
  const overwrite =
    read.overwriteFrequency == null ? 0 : positiveInteger(who, 'ema.overwriteFrequency', read.overwriteFrequency);
  return {
    name: 'ema',
    from: 1,
    overwrites: overwrite > 0,
    scalars: (step) => {
      const goesOn = step === 1 || step % every === 0;
      const [kept, taken] = step === 1 ? [0, 1] : [decay, 1 - decay];
      return [kept, taken, goesOn ? 1 : 0, overwrite > 0 && step % overwrite === 0 ? 1 : 0, 1];
    },
  };
}

function swaOf(who: string, given: unknown): Average {
  const read: Partial<Record<'start' | 'frequency', unknown>> = checkOptions(`${who}: swa`, given, [
    'start',
    'frequency',
  ]);
  const start = positiveInteger(who, 'swa.start', read.start);
  const frequency = positiveInteger(who, 'swa.frequency', read.frequency ?? 1);
  return {
    name: 'swa',
    from: start,
    overwrites: false,
    scalars: (step) => {
      const since = step - start;
      const goesOn = since >= 0 && since % frequency === 0;
      const before = goesOn ? since / frequency : 0;
      return [before / (before + 1), 1 / (before + 1), goesOn ? 1 : 0, 0, 1];
    },
  };
}

/** The average that these options ask for; null where they ask for none. */
export function averageOf(who: string, given: { readonly ema?: unknown; readonly swa?: unknown }): Average | null {
  const { ema, swa } = given;
  if (ema != null && swa != null) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: ema and swa are two averages of the same weights; give one of them`,
    );
  }
  if (ema != null) return emaOf(who, ema);
  return swa != null ? swaOf(who, swa) : null;
}

/** A part that keeps the average, too; its scalars stand from `column` on, counted from those of the part. */
export function withAverage(part: Part, { name, from, overwrites }: Average, column: number): Part {
  const state: StateSpec = { name, initial: 0 };
  const program: Program = (steps, tensors, { column: start }) => {
    const own = tensors.map((tensor) => ({ ...tensor, states: tensor.states.slice(0, part.states.length) }));
    part.program(steps, own, { ...part, column: start });
    const averages = tensors.map(({ states }) => states[part.states.length]);
    const weights = steps.scalars(start + column, 2);
    steps.where([steps.scalars(start + column + 2, 1)], () =>
      steps.emit(
        'averageWeights',
        tensors.map(({ parameter, size }, i) => ({ operands: [averages[i], parameter, weights], dims: [size] })),
      ),
    );
    if (!overwrites) return;
    const one = steps.scalars(start + column + 4, 1);
    steps.where([steps.scalars(start + column + 3, 1)], () =>
      steps.emit(
        'interpolate',
        tensors.map(({ parameter, size }, i) => ({
          operands: [parameter, averages[i], one, parameter],
          dims: [size],
        })),
      ),
    );
  };
  return {
    ...part,
    op: null,
    elementwise: part.op !== null || part.elementwise === true,
    program,
    states: [...part.states, state],
    averaged: { state: name, weight: 1, from, byDefault: false },
  };
}

export type { Average };
