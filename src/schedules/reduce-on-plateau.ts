import { checkOptions, describe, inRange, nonNegativeInteger, oneOf, text, typeError } from '../errors.ts';
import { createSchedule } from './make.ts';
import { rate } from './options.ts';
import type { PlateauSchedule } from './schedule.ts';

export interface ReduceOnPlateauOptions {
  /** At least 0: the value at first. */
  learningRate: number;
  /** Whether the monitored number should fall or rise; default `min`. */
  mode?: 'min' | 'max';
  /** In [0, 1): what a reduction multiplies by; default 0.1. */
  factor?: number;
  /** Reports without improvement that are put up with; the one after them reduces. An integer of at least 0; default 10. */
  patience?: number;
  /** At least 0: what counts as an improvement; default 1e-4. */
  threshold?: number;
  /** Whether the threshold is a part of the best number so far or a number of its own; default `rel`. */
  thresholdMode?: 'rel' | 'abs';
  /** Reports after a reduction during which none is counted: an integer of at least 0; default 0. */
  cooldown?: number;
  /** At least 0: the value never falls below; default 0. */
  minLearningRate?: number;
  /** At least 0: smaller changes of the value are not made; default 1e-8. */
  eps?: number;
  /** What is reported by `fit`, after each epoch: a key of its logs; default `val_loss` where there is a validation, else `loss`. */
  monitor?: string;
  /** What `toJSON` has put there. */
  state?: PlateauState;
}

export interface PlateauState {
  readonly learningRate: number;
  /** Null before the first report; infinite numbers as text, which JSON can hold. */
  readonly best: number | 'Infinity' | '-Infinity' | null;
  readonly badEpochs: number;
  readonly cooldownLeft: number;
}

const known = [
  'learningRate',
  'mode',
  'factor',
  'patience',
  'threshold',
  'thresholdMode',
  'cooldown',
  'minLearningRate',
  'eps',
  'monitor',
  'state',
] as const;

function readState(who: string, given: unknown) {
  const state = checkOptions(`${who}: state`, given, ['learningRate', 'best', 'badEpochs', 'cooldownLeft']);
  const best = state.best === 'Infinity' || state.best === '-Infinity' ? Number(state.best) : state.best;
  if (best !== null && (typeof best !== 'number' || Number.isNaN(best)))
    throw typeError('ERR_PLUMMET_OPTION', `${who}: state.best must be a number or null, got ${describe(best)}`);
  return {
    learningRate: rate(who, 'state.learningRate', state.learningRate),
    best,
    badEpochs: nonNegativeInteger(who, 'state.badEpochs', state.badEpochs),
    cooldownLeft: nonNegativeInteger(who, 'state.cooldownLeft', state.cooldownLeft),
  };
}

/**
 * Falls when a monitored number has stopped improving (PyTorch's ReduceLROnPlateau). It is the one schedule that is not a function of
 * the step: its value changes with `report`, which `fit` calls after each epoch and other loops call themselves. An optimizer
 * each should have its own; its JSON holds what it has learned.
 *
 * A number improves on the best so far where it is below best · (1 − threshold) (`rel`) or best − threshold (`abs`), or with `max` above
 * best · (1 + threshold), best + threshold; NaN never does. After more than `patience` reports without improvement the value becomes max(value ·
 * factor, minLearningRate).
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.reduceOnPlateau({ learningRate: 0.1, factor: 0.5, patience: 1 });
 * for (const loss of [1, 1, 1]) schedule.report(loss);
 * schedule(0); // 0.05
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): PlateauSchedule {
  const who = 'reduceOnPlateau';
  const given = checkOptions(who, options, known);
  const infinity = Number.POSITIVE_INFINITY;
  const learningRate = rate(who, 'learningRate', given.learningRate);
  const mode = oneOf(who, 'mode', given.mode ?? 'min', ['min', 'max']);
  const factor = inRange(who, 'factor', given.factor ?? 0.1, 0, 1, '[)');
  const patience = nonNegativeInteger(who, 'patience', given.patience ?? 10);
  const threshold = inRange(who, 'threshold', given.threshold ?? 1e-4, 0, infinity);
  const thresholdMode = oneOf(who, 'thresholdMode', given.thresholdMode ?? 'rel', ['rel', 'abs']);
  const cooldown = nonNegativeInteger(who, 'cooldown', given.cooldown ?? 0);
  const minLearningRate = rate(who, 'minLearningRate', given.minLearningRate ?? 0);
  const eps = inRange(who, 'eps', given.eps ?? 1e-8, 0, infinity);
  const monitor = given.monitor === undefined ? undefined : text(who, 'monitor', given.monitor);
  const state =
    given.state === undefined
      ? { learningRate, best: null as number | null, badEpochs: 0, cooldownLeft: 0 }
      : readState(who, given.state);
  let revision = 0;

  const sign = mode === 'min' ? -1 : 1;
  const improves = (value: number, best: number | null): boolean => {
    // At first the best number is the worst there is.
    if (best === null) return mode === 'min' ? value < infinity : value > -infinity;
    const bound = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === 'min' ? value < bound : value > bound;
  };
  const reduce = (): void => {
    const lower = Math.max(state.learningRate * factor, minLearningRate);
    if (!(state.learningRate - lower > eps)) return;
    state.learningRate = lower;
    revision++;
  };

  return createSchedule(
    {
      name: who,
      options: {
        learningRate,
        mode,
        factor,
        patience,
        threshold,
        thresholdMode,
        cooldown,
        minLearningRate,
        eps,
        ...(monitor !== undefined && { monitor }),
      },
      value: () => state.learningRate,
      settledFrom: 0,
      revision: () => revision,
      state: () => ({
        ...state,
        best: state.best === null || Number.isFinite(state.best) ? state.best : String(state.best),
      }),
    },
    {
      monitor,
      report(value: number): number {
        if (typeof value !== 'number')
          throw typeError('ERR_PLUMMET_TYPE', `${who}: report takes a number, got ${describe(value)}`);
        if (improves(value, state.best)) {
          state.best = value;
          state.badEpochs = 0;
        } else {
          state.badEpochs++;
        }
        if (state.cooldownLeft > 0) {
          state.cooldownLeft--;
          state.badEpochs = 0;
        }
        if (state.badEpochs > patience) {
          reduce();
          state.cooldownLeft = cooldown;
          state.badEpochs = 0;
        }
        return state.learningRate;
      },
    },
  );
}
