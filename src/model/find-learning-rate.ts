/** The learning-rate range test. */
import { isDataset } from '../data/create.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkOptions, describe, inRange, integer, oneOf, positiveInteger, rangeError, typeError } from '../errors.ts';
import { power } from '../power.ts';
import { compiledOf, coreOf } from './core.ts';
import { assertWritable } from './lock.ts';
import type { Model } from './model.ts';

export interface FindLearningRateOptions {
  /** Greater than 0: the rate of the first step; default 1e-7. */
  minLearningRate?: number;
  /** Greater than `minLearningRate`: that of the last step; default 10. */
  maxLearningRate?: number;
  /** An integer of at least 2; default 100. */
  steps?: number;
  /** Whether the rate grows by the same factor with each step, or by the same amount; default `exponential`. */
  mode?: 'exponential' | 'linear';
  /** Rows of a step; default 32. */
  batchSize?: number;
  /** In [0, 1): decay of the running mean that smooths the losses; default 0.98. */
  smoothing?: number;
  /** Greater than 1: the test ends when the smoothed loss is so many times its least value so far; default 4. */
  divergence?: number;
}

/** What to plot: a point for each step that was done. */
export interface LearningRateCurve {
  readonly learningRates: number[];
  /** Loss of the batch, before the step with that rate. */
  readonly losses: number[];
  /** Their running mean, corrected for its beginning at 0. */
  readonly smoothed: number[];
  /** The rate at which the smoothed loss falls fastest from step to step; null where it never falls. */
  readonly suggestion: number | null;
}

const known = ['minLearningRate', 'maxLearningRate', 'steps', 'mode', 'batchSize', 'smoothing', 'divergence'] as const;

/**
 * Trains for some steps while the learning rate grows, and notes the losses (Smith 2017, section 3.3; smoothing and end as Gugger 2018): a good
 * rate lies where the loss falls steeply, well before it rises again. Afterwards the model, its optimizer and the
 * order of its rows are as they were.
 *
 * @param model - compiled; its optimizer's own learning rate plays no part
 * @param dataset - what `data.dataset` returns, with y
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range; `ERR_PLUMMET_STATE` before `compile`; `ERR_PLUMMET_BUSY`
 * @example
 * const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
 * model.compile({ optimizer: 'sgd', loss: 'mse' });
 * const line = data.dataset({ x: [[0], [1], [2], [3]], y: [[1], [3], [5], [7]] });
 * const { learningRates, smoothed, suggestion } = await findLearningRate(model, line, { steps: 50 });
 */
export async function findLearningRate(
  model: Model,
  dataset: Dataset,
  options: FindLearningRateOptions = {},
): Promise<LearningRateCurve> {
  const who = 'findLearningRate';
  const core = coreOf(who, model);
  const { optimizer } = compiledOf(core, who);
  if (!isDataset(dataset)) {
    const problem = `dataset must be what data.dataset({ x, y }) returns, got ${describe(dataset)}`;
    throw typeError('ERR_PLUMMET_OPTION', `${who}: ${problem}`);
  }
  const given = checkOptions(who, options, known);
  const infinity = Number.POSITIVE_INFINITY;
  const low = inRange(who, 'minLearningRate', given.minLearningRate ?? 1e-7, 0, infinity, '()');
  const high = inRange(who, 'maxLearningRate', given.maxLearningRate ?? 10, 0, infinity, '()');
  if (!(high > low)) {
    const problem = `maxLearningRate must be greater than minLearningRate, got ${high} and ${low}`;
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${problem}`);
  }
  const steps = integer(who, 'steps', given.steps ?? 100, 2);
  const mode = oneOf(who, 'mode', given.mode ?? 'exponential', ['exponential', 'linear']);
  const batchSize = positiveInteger(who, 'batchSize', given.batchSize ?? 32);
  const smoothing = inRange(who, 'smoothing', given.smoothing ?? 0.98, 0, 1, '[)');
  const divergence = inRange(who, 'divergence', given.divergence ?? 4, 1, infinity, '()');
  const rateOf = (i: number): number => {
    const part = i / (steps - 1);
    return mode === 'linear' ? low + (high - low) * part : low * power(high / low, part);
  };

  const curve = { learningRates: [] as number[], losses: [] as number[], smoothed: [] as number[] };
  let mean = 0;
  let correction = 1;
  let least = infinity;
  /** Notes a loss; whether the test goes on. */
  function note(loss: number): boolean {
    if (!Number.isFinite(loss)) return false;
    mean = smoothing * mean + (1 - smoothing) * loss;
    correction *= smoothing;
    const smooth = mean / (1 - correction);
    curve.learningRates.push(rateOf(curve.losses.length));
    curve.losses.push(loss);
    curve.smoothed.push(smooth);
    if (smooth < least) least = smooth;
    return curve.losses.length < steps && smooth <= divergence * least;
  }

  const rows = Math.min(batchSize, dataset.rows);
  // Reading the options may have run code of the user's, which may have begun a fit.
  assertWritable(core.lock, who);
  const before = {
    params: core.params.slice(),
    state: core.state.slice(),
    search: core.search,
    step: core.step,
    skipped: core.skipped,
    epochs: core.epochs,
    stop: core.stop,
    putBack: optimizer.keepLearningRates(),
  };
  /** Over the epoch so far. */
  let sum = 0;
  let seen = 0;
  try {
    await model.fit(dataset, {
      batchSize,
      epochs: Math.ceil(steps / Math.ceil(dataset.rows / rows)),
      callbacks: {
        onEpochBegin() {
          [sum, seen] = [0, 0];
        },
        onBatchBegin() {
          optimizer.learningRate = rateOf(curve.losses.length);
        },
        onBatchEnd(batch, logs) {
          const all = Math.min(dataset.rows, (batch + 1) * batchSize);
          const total = logs.loss * all;
          const loss = (total - sum) / (all - seen);
          [sum, seen] = [total, all];
          if (!note(loss)) model.stopTraining = true;
        },
      },
    });
  } finally {
    core.params.set(before.params);
    core.state.set(before.state);
    core.search = before.search;
    core.step = before.step;
    core.skipped = before.skipped;
    core.epochs = before.epochs;
    core.stop = before.stop;
    before.putBack();
  }
  return { ...curve, suggestion: steepest(curve.learningRates, curve.smoothed) };
}

/** Where the losses fall fastest over the number of the step, before their minimum. */
function steepest(rates: readonly number[], losses: readonly number[]): number | null {
  let lowest = 0;
  losses.forEach((loss, i) => {
    if (loss < losses[lowest]) lowest = i;
  });
  let best: number | null = null;
  let slope = 0;
  for (let i = 1; i < lowest; i++) {
    const here = losses[i + 1] - losses[i - 1];
    if (here < slope) [best, slope] = [rates[i], here];
  }
  return best;
}
