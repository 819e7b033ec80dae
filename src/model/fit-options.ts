/** The options of `fit`: read once, checked, with their defaults. */
import type { Dataset } from '../data/dataset.ts';
import {
  checkOptions,
  describe,
  flag,
  inRange,
  nonNegativeInteger,
  positiveInteger,
  rangeError,
  safely,
  typeError,
} from '../errors.ts';
import type { TensorLike } from '../tensor.ts';
import type { AveragedOption } from './averaged.ts';
import type { Callback } from './callbacks.ts';

export interface FitOptions extends AveragedOption {
  /** Rows of a step; default 32. The last batch of an epoch may have fewer. */
  batchSize?: number;
  /** The number of the epoch at which to stop; with initialEpoch 0 (the default), how many are run. Default 1. */
  epochs?: number;
  /** The number of the first epoch: `{ initialEpoch: 2, epochs: 5 }` runs three. */
  initialEpoch?: number;
  /** Whether each epoch goes through the rows in an order of its own; default true. */
  shuffle?: boolean;
  /** What the orders follow from; default: the model's seed. */
  seed?: number;
  /** Evaluated after each epoch: `[x, y]` or a dataset. */
  validationData?: readonly [TensorLike, TensorLike] | Dataset;
  /** Instead: the part of the rows, at their end, that is set apart for it; in (0, 1). */
  validationSplit?: number;
  /** Rows at a time in validation; default: batchSize. The result does not depend on it. */
  validationBatchSize?: number;
  /** Every how many epochs to validate; default 1. */
  validationFreq?: number;
  callbacks?: Callback | readonly Callback[];
  /**
   * 0: silent. 1: a progress bar. 2: one line an epoch. 'auto' (the default): 1 where standard output is a terminal,
   * else 0.
   */
  verbose?: 0 | 1 | 2 | 'auto';
  /** Stops the training after the step that is being done; `fit` rejects with the signal's reason. */
  signal?: AbortSignal;
}

const known = [
  'batchSize',
  'epochs',
  'initialEpoch',
  'shuffle',
  'seed',
  'validationData',
  'validationSplit',
  'validationBatchSize',
  'validationFreq',
  'averaged',
  'callbacks',
  'verbose',
  'signal',
] as const;

export interface ReadFitOptions {
  readonly batchSize: number;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly validationData: unknown;
  readonly validationSplit: number;
  readonly validationBatchSize: number;
  readonly validationFreq: number;
  /** Unchecked: what it may be depends on the optimizer. */
  readonly averaged: unknown;
  readonly callbacks: unknown;
  readonly verbose: 0 | 1 | 2;
  readonly signal: AbortSignal | null;
}

function verbosity(value: unknown): 0 | 1 | 2 {
  if (value === 'auto') return process.stdout.isTTY ? 1 : 0;
  if (value === 0 || value === 1 || value === 2) return value;
  const message = `fit: verbose must be 0, 1, 2 or 'auto', got ${describe(value)}`;
  throw typeof value === 'number'
    ? rangeError('ERR_PLUMMET_OPTION', message)
    : typeError('ERR_PLUMMET_OPTION', message);
}

const isSignal = (value: unknown): value is AbortSignal | null =>
  value === null || safely('fit', 'signal', () => value instanceof AbortSignal);

/** @throws `ERR_PLUMMET_OPTION` naming the option, what it was given, and what it takes. */
export function readFitOptions(given: unknown, modelSeed: number): ReadFitOptions {
  const options = checkOptions('fit', given, known);
  const batchSize = positiveInteger('fit', 'batchSize', options.batchSize ?? 32);
  const { validationData, validationSplit, signal = null } = options;
  if (validationData !== undefined && validationSplit !== undefined && validationSplit !== 0) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      'fit: validationData and validationSplit exclude each other; give one of them',
    );
  }
  if (!isSignal(signal)) {
    throw typeError('ERR_PLUMMET_OPTION', `fit: signal must be an AbortSignal, got ${describe(signal)}`);
  }
  return {
    batchSize,
    epochs: nonNegativeInteger('fit', 'epochs', options.epochs ?? 1),
    initialEpoch: nonNegativeInteger('fit', 'initialEpoch', options.initialEpoch ?? 0),
    shuffle: flag('fit', 'shuffle', options.shuffle ?? true),
    seed: nonNegativeInteger('fit', 'seed', options.seed ?? modelSeed),
    validationData,
    validationSplit: inRange('fit', 'validationSplit', validationSplit ?? 0, 0, 1, '[)'),
    validationBatchSize: positiveInteger('fit', 'validationBatchSize', options.validationBatchSize ?? batchSize),
    validationFreq: positiveInteger('fit', 'validationFreq', options.validationFreq ?? 1),
    averaged: options.averaged,
    callbacks: options.callbacks,
    verbose: verbosity(options.verbose ?? 'auto'),
    signal,
  };
}
