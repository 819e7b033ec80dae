/** The rates and the averaging weights of schedule-free optimizers. */
import { stateError } from '../errors.ts';
import { power } from '../power.ts';
import type { StepNumbers } from './optimizer.ts';

interface Averaging {
  readonly warmupSteps: number;
  readonly r: number;
  readonly weightLrPower: number;
}

/** After a step: the sum of the weights of all steps so far, and the largest rate. */
interface Sum {
  readonly weightSum: number;
  readonly lrMax: number;
}

/** So many sums are remembered at least: more than tables of scalars are filled ahead, to be filled anew where a rate is set by hand. */
const KEPT = 262144;

/** So many weights are summed up at once at most: a few seconds of work. */
const MOST = 10_000_000;

/**
 * For each step the rate after warm-up, and its weight's part in the sum of all weights so far. That sum depends on the rates of
 * all steps before: those that were asked for are remembered, others are taken from `rateAt`.
 */
export function averagingWeights({ warmupSteps, r, weightLrPower }: Averaging) {
  const start: Sum = { weightSum: 0, lrMax: 0 };
  /** After the steps from `first` on. */
  let sums = [start];
  let first = 0;
  const rateOf = (step: number, rate: number): number => rate * (step < warmupSteps ? step / warmupSteps : 1);
  const record = (step: number, rate: number): number => {
    const { weightSum, lrMax } = sums[step - 1 - first];
    const largest = Math.max(rate, lrMax);
    const weight = power(step, r) * power(largest, weightLrPower);
    const sum = { weightSum: weightSum + weight, lrMax: largest };
    sums[step - first] = sum;
    if (sums.length > 2 * KEPT) {
      sums = sums.slice(KEPT);
      first += KEPT;
    }
    return sum.weightSum > 0 ? weight / sum.weightSum : 0;
  };
  /** Sees to it that the sum after that step is there. */
  const reach = (step: number, rateAt: (step: number) => number): Sum => {
    if (step < first) {
      sums = [start];
      first = 0;
    }
    if (step - first - sums.length > MOST) {
      throw stateError(
        'ERR_PLUMMET_STATE',
        `schedule-free: step is ${step}, and the sum of weights until then is not known; load a state with weightSum and lrMax`,
      );
    }
    for (let s = first + sums.length; s <= step; s++) record(s, rateOf(s, rateAt(s)));
    return sums[step - first];
  };
  return {
    weightOf(step: number, learningRate: number, rateAt: (step: number) => number) {
      reach(step - 1, rateAt);
      const rate = rateOf(step, learningRate);
      return { rate, average: record(step, rate) };
    },
    /** As the authors keep them: they can be put back where the rate was set by hand. */
    numbers: (rateAt: (step: number) => number): StepNumbers => ({
      names: ['weightSum', 'lrMax'],
      at(_, count) {
        const { weightSum, lrMax } = reach(count, rateAt);
        return [weightSum, lrMax];
      },
      load(count, [weightSum, lrMax]) {
        sums = [{ weightSum, lrMax }];
        first = count;
      },
    }),
  };
}
