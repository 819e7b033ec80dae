/** The rates and the averaging weights of schedule-free optimizers. */
import { power } from '../power.ts';

interface Averaging {
  readonly warmupSteps: number;
  readonly r: number;
  readonly weightLrPower: number;
}

/**
 * For each step the rate after warm-up, and its weight's part in the sum of all weights so far. That sum depends on the rates of
 * all steps before: those that were asked for are remembered, others are taken from `rateAt`.
 */
export function averagingWeights({ warmupSteps, r, weightLrPower }: Averaging) {
  const sums = [0];
  const largest = [0];
  const rateOf = (step: number, rate: number): number => rate * (step < warmupSteps ? step / warmupSteps : 1);
  const record = (step: number, rate: number): number => {
    largest[step] = Math.max(rate, largest[step - 1]);
    const weight = power(step, r) * power(largest[step], weightLrPower);
    sums[step] = sums[step - 1] + weight;
    return sums[step] > 0 ? weight / sums[step] : 0;
  };
  return (step: number, learningRate: number, rateAt: (step: number) => number) => {
    for (let s = sums.length; s < step; s++) record(s, rateOf(s, rateAt(s)));
    const rate = rateOf(step, learningRate);
    return { rate, average: record(step, rate) };
  };
}
