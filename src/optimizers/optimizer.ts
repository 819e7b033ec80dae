/** What an optimizer is to the plan: an op, its states, and a table of scalars with one row a step. */
import type { Gate } from '../plan/gate.ts';
import type { OptimizerOp } from '../plan/ops.ts';
import type { Program, Steps, Updated } from '../plan/steps.ts';
import type { Transform } from '../plan/transforms.ts';
import type { PlateauSchedule, Schedule } from '../schedules/schedule.ts';
import type { Search } from './search.ts';

export interface StateSpec {
  /** PyTorch's word in camelCase: `expAvg`. */
  readonly name: string;
  readonly initial: number;
  /** Its shape, from that of the parameter, or null for a parameter that has none of it; by default the same. */
  readonly shape?: (parameter: readonly number[]) => readonly number[] | null;
  /** In how many bits elements are stored, where not as float32. `uint8` are codes: bytes. */
  readonly stored?: 'bfloat16' | 'uint8';
  /** There is one for all parameters of the part; `shape` must not depend on the parameter then. */
  readonly shared?: true;
}

/** Numbers that go with a step and that libraries keep as state, such as NAdam's `muProduct`. */
export interface StepNumbers {
  readonly names: readonly string[];
  /** What they are after so many steps of a parameter, and of the one that was skipped least. */
  readonly at: (step: number, count: number) => readonly number[];
  /** Goes on from what they were after `count` steps: of those that do not follow from the steps alone. */
  readonly load?: (count: number, values: readonly number[]) => void;
}

/** What to evaluate, where that is not what is trained: parameter + weight · (state − parameter). */
export interface AveragedWeights {
  readonly state: string;
  readonly weight: number;
  /** The first step after which there is an average; default 1. Before, the parameters are what to evaluate. */
  readonly from?: number;
  /** Whether models are evaluated by it unless they are told otherwise. */
  readonly byDefault: boolean;
}

/**
 * Emits what moves parameters to where the gradients are taken that a step goes by, from those where they are. What it returns emits the way back.
 */
export type Ascent = (steps: Steps, tensors: readonly Updated[]) => () => void;

/** What a function gives to an optimizer that asks for it: the loss at the parameters as they are, and its gradients by name. */
export interface Evaluation {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float32Array | undefined>>;
}

/** What some of the parameters are updated with: all of them, where there are no groups. */
export interface Part {
  /** The element-wise op that does a step; null where a step is more than that. */
  readonly op: OptimizerOp | null;
  /** Whether a step is element-wise all the same, so that neighbours may be updated as one. */
  readonly elementwise?: boolean;
  /** The ops that do a step. */
  readonly program: Program;
  /** In the order of the op's operands. */
  readonly states: readonly StateSpec[];
  /** Throws where the part cannot update such a parameter. */
  readonly check?: ((name: string, shape: readonly number[]) => void) | undefined;
  /** Where its scalars begin in a row of the table: those of the step, then the limits of `transforms`. */
  readonly column: number;
  /** How many scalars a step takes, without the limits. */
  readonly width: number;
  /** What is done to gradients before, in order. */
  readonly transforms: readonly Transform[];
  readonly averaged?: AveragedWeights | undefined;
  readonly numbers?: StepNumbers | undefined;
  /** The scalars with which the op, given gradients of sampled labels, moves the estimate of the Hessian and nothing else. */
  readonly hessianScalars?: readonly number[] | undefined;
}

export interface Optimizer {
  /** The stem: `adam`. */
  readonly name: string;
  /** Every effective option, for printing and for saving. */
  readonly options: Readonly<Record<string, unknown>>;
  /** May be set at any time, also from callbacks; takes effect with the next step. */
  learningRate: number | Schedule;
  /** Notes the learning rates that there are inside, which setting one may make the same; what it returns puts them back. */
  keepLearningRates(): () => void;
  /** The learning rate that a step has, counted from 1. */
  learningRateAt(step: number): number;
  /** The element-wise op that does a step, for parameters that are in no group; null where a step is more than that. */
  readonly op: OptimizerOp | null;
  /** In the order of the op's operands. */
  readonly states: readonly StateSpec[];
  /** How many scalars a row of the table has. */
  readonly width: number;
  /** The first is for parameters that are in no group. */
  readonly parts: readonly Part[];
  /** Whether there are groups. */
  readonly grouped: boolean;
  /** What is done to all gradients together, after what is done to each; `column` counts from the start of a row. */
  readonly globalNorm: Transform | null;
  /** How steps come about from batches; null: each batch is a step. */
  readonly gate: Gate | null;
  /** For steps that go by gradients taken elsewhere. */
  readonly ascent?: Ascent;
  /** For steps that look for their gradients in several places, one after the other. */
  readonly search?: Search;
  /**
   * The part of each of these parameters; null where it is frozen.
   *
   * @throws `ERR_PLUMMET_OPTION` where a group names a parameter that there is not
   */
  partsFor(names: readonly string[]): (Part | null)[];
  /**
   * Writes the scalars of steps `firstStep` … `firstStep + count − 1` (the first step ever is 1), each a row of `width`
   * floats, computed in float64 and rounded once.
   *
   * @param scheduledFrom - the step that schedules take the first row for, where it is not `firstStep`: a parameter that has been
   * skipped is behind in its own steps, and goes by the schedule all the same
   */
  fill(table: Float32Array, firstStep: number, count: number, scheduledFrom?: number): void;
  /** Changes when rows that were written before do not hold any more. */
  readonly revision: number;
  /** From this step on (inclusive) all rows are equal while `revision` stays; Infinity if never. */
  readonly settledFrom: number;
  /** Its schedules that learn from losses. */
  readonly plateaus: readonly PlateauSchedule[];
  /** Optimises plain arrays in place: see api.md. */
  bind(parameters: Readonly<Record<string, BindableParameter>>, options?: BindOptions): BoundOptimizer;
}

/** A parameter outside a model; rules that work on matrices need the shape. */
export type BindableParameter = Float32Array | { readonly data: Float32Array; readonly shape: readonly number[] };

export interface BindOptions {
  /** What computes the steps; default: what `backend()` reports. */
  backend?: 'native' | 'reference' | { name: 'native' | 'reference'; isa?: string; threads?: number };
}

export interface LoadOptions {
  /** Whether the state must have all names and no others; default true. Otherwise what is missing stays as it is, and the rest is left. */
  strict?: boolean;
}

/** State by name: floats, row-major, and counts. */
export type StateDict = Record<string, Float32Array | Uint8Array | number>;

export interface StateDifference {
  /** Names such as `w.expAvg` that the parameters have and the state has not. */
  readonly missing: readonly string[];
  /** Names that the state has and the parameters have not. */
  readonly unexpected: readonly string[];
}

export interface BoundOptimizer {
  /**
   * One step, or with `gradientAccumulationSteps` one batch of a window: the step comes with the last of them. A gradient that is absent skips
   * its parameter and that parameter's step count; in a window it does not count.
   */
  step(gradients: Readonly<Record<string, Float32Array | undefined>>): void;
  /**
   * One step of an optimizer that needs gradients in several places (`sam`, `asam`, `lbfgs`): it moves the parameters and calls the function, which returns the loss there and its
   * gradients.
   *
   * @returns the loss before the step
   * @throws what the function throws; parameters are then where they were, and no step is counted
   */
  step(closure: () => Evaluation): number;
  /** What to evaluate, by name: the average, of optimizers that keep one; otherwise the parameters themselves. Copies. */
  averaged(): Record<string, Float32Array>;
  /** For `sophiaG`: moves the estimate of the Hessian by the gradients of sampled labels. Counts no step. */
  updateHessian(gradients: Readonly<Record<string, Float32Array | undefined>>): void;
  /**
   * By name: `w.expAvg`, `w.expAvgSq`, `w.step`; also numbers that go with the step, such as `w.muProduct` of nadam. Codes of states in
   * eight bits are a Uint8Array. Copies.
   */
  stateDict(): StateDict;
  /**
   * Goes on from a state. The order of names is irrelevant; copies are made.
   *
   * @returns the names that were missing and those that were unexpected: with `strict`, none
   * @throws `ERR_PLUMMET_STATE` where, with `strict`, names are missing or unexpected; `ERR_PLUMMET_SHAPE`, `ERR_PLUMMET_TYPE`,
   * `ERR_PLUMMET_OPTION` where a value is not one of its parameter's. Nothing has changed then.
   */
  loadStateDict(state: Readonly<StateDict>, options?: LoadOptions): StateDifference;
  /** Steps that were skipped: see `skipNonFinite`. */
  readonly skippedSteps: number;
  /** What losses are to be multiplied by before gradients are computed; 1 without the option `lossScale`. */
  readonly lossScale: number;
  /** That of the next step. Setting it sets that of the optimizer, and so of all that is bound to it; a schedule may be set, too. */
  get learningRate(): number;
  set learningRate(value: number | Schedule);
}
