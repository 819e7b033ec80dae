import { checkOptions, inRange, nonNegativeInteger, oneOf, positiveInteger, rangeError, text } from '../../errors.ts';
import type { Callback } from '../callbacks.ts';
import type { Model } from '../model.ts';

export interface ReduceLROnPlateauOptions {
  /** A key of the logs of an epoch; default `val_loss`. */
  monitor?: string;
  /** In (0, 1): what a reduction multiplies the learning rate by; default 0.1. */
  factor?: number;
  /** Epochs without improvement after which it is reduced: an integer of at least 1; default 10. */
  patience?: number;
  /** Whether the monitored number should fall or rise; default `auto`: accuracies rise, all else falls. */
  mode?: 'auto' | 'min' | 'max';
  /** At least 0: smaller improvements are none; default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction during which none is counted: an integer of at least 0; default 0. */
  cooldown?: number;
  /** At least 0: the learning rate is not reduced below; default 0. */
  minLearningRate?: number;
}

const known = ['monitor', 'factor', 'patience', 'mode', 'minDelta', 'cooldown', 'minLearningRate'] as const;

/**
 * Reduces the learning rate when a monitored number has stopped improving (Keras's ReduceLROnPlateau, with its defaults; unlike PyTorch's, which
 * is `schedules.reduceOnPlateau`, it acts in the epoch in which the patience is used up, and measures improvements as
 * differences). In epochs whose logs lack the number, for want of a validation, nothing is counted.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range, and at the end of a `fit` in which no epoch had the number
 * @example
 * const callback = callbacks.reduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 3 });
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const who = 'reduceLROnPlateau';
  const given = checkOptions(who, options, known);
  const monitor = text(who, 'monitor', given.monitor ?? 'val_loss');
  const factor = inRange(who, 'factor', given.factor ?? 0.1, 0, 1, '()');
  const patience = positiveInteger(who, 'patience', given.patience ?? 10);
  const mode = oneOf(who, 'mode', given.mode ?? 'auto', ['auto', 'min', 'max']);
  const minDelta = inRange(who, 'minDelta', given.minDelta ?? 1e-4, 0, Number.POSITIVE_INFINITY);
  const cooldown = nonNegativeInteger(who, 'cooldown', given.cooldown ?? 0);
  const minLearningRate = inRange(who, 'minLearningRate', given.minLearningRate ?? 0, 0, Number.POSITIVE_INFINITY);
  const rising = mode === 'max' || (mode === 'auto' && /acc/i.test(monitor));

  let model: Model | undefined;
  let best = 0;
  let waited = 0;
  let cooling = 0;
  let heard = false;
  let epochs: string[] | null = null;
  const improves = (value: number): boolean => (rising ? value > best + minDelta : value < best - minDelta);

  function reduce({ optimizer }: Model): void {
    const rate = optimizer.learningRate;
    if (rate <= minLearningRate) return;
    optimizer.learningRate = Math.max(rate * factor, minLearningRate);
    cooling = cooldown;
    waited = 0;
  }

  return {
    setModel(value) {
      model = value;
    },
    onTrainBegin() {
      best = rising ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      [waited, cooling, heard, epochs] = [0, 0, false, null];
    },
    onEpochEnd(_epoch, logs) {
      epochs = Object.keys(logs);
      if (!model || !Object.hasOwn(logs, monitor)) return;
      heard = true;
      const value = logs[monitor];
      if (cooling > 0) {
        cooling--;
        waited = 0;
      }
      if (improves(value)) {
        best = value;
        waited = 0;
      } else if (cooling === 0 && ++waited >= patience) {
        reduce(model);
      }
    },
    onTrainEnd() {
      if (heard || epochs === null) return;
      const problem = `it monitors "${monitor}", which was not among the logs of an epoch: ${epochs.join(', ')}`;
      throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${problem}`);
    },
  };
}
