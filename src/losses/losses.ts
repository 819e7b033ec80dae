import { checkOptions, flag } from '../errors.ts';
import type { Loss } from './loss.ts';
import { loss } from './made.ts';

export interface LogitsOptions {
  /** The model's output is what a softmax or sigmoid would be applied to; default false: the model ends in that activation. */
  fromLogits?: boolean;
}

/**
 * Mean over a row of the squared differences, averaged over the rows.
 * @example
 * model.compile({ loss: losses.meanSquaredError() });
 */
export function meanSquaredError(): Loss {
  return loss({
    name: 'meanSquaredError',
    config: {},
    targets: 'floats',
    op: 'meanSquaredError',
    activation: null,
    fromLogits: false,
  });
}

function crossentropy(
  name: string,
  op: Loss['op'],
  activation: 'softmax' | 'sigmoid',
  targets: Loss['targets'],
  options: LogitsOptions,
): Loss {
  const given = checkOptions(name, options, ['fromLogits']);
  const fromLogits = flag(name, 'fromLogits', given.fromLogits ?? false);
  return loss({ name, config: { fromLogits }, targets, op, activation, fromLogits });
}

/**
 * −log of the probability of the right class, for class labels 0 … classes − 1; computed from what the softmax is applied to.
 * @example
 * model.compile({ loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
 */
export const sparseCategoricalCrossentropy = (options: LogitsOptions = {}): Loss =>
  crossentropy('sparseCategoricalCrossentropy', 'sparseSoftmaxCrossentropy', 'softmax', 'labels', options);

/**
 * −Σ target · log probability, for one-hot (or any) rows of targets; computed from what the softmax is applied to.
 * @example
 * model.compile({ loss: losses.categoricalCrossentropy() });
 */
export const categoricalCrossentropy = (options: LogitsOptions = {}): Loss =>
  crossentropy('categoricalCrossentropy', 'softmaxCrossentropy', 'softmax', 'floats', options);

/**
 * Mean over a row of −(t · log p + (1 − t) · log(1 − p)), targets in [0, 1]; computed from what the sigmoid is applied to.
 * @example
 * model.compile({ loss: losses.binaryCrossentropy() });
 */
export const binaryCrossentropy = (options: LogitsOptions = {}): Loss =>
  crossentropy('binaryCrossentropy', 'sigmoidCrossentropy', 'sigmoid', 'floats', options);
