/** keras.optimizers.schedules. */
import { nonNegativeInteger } from '../../errors.ts';
import { cosine, cosineRestarts, exponential, inverseTime, piecewise, polynomial, warmup } from '../schedules.ts';
import { amount, type Given, type Row, renamed, row, same } from './row.ts';

const initial = { initialLearningRate: 'learningRate' };
const restarts = { ...initial, firstDecaySteps: 'steps', tMul: 'periodFactor', mMul: 'heightFactor' };

export const keras = {
  InverseTimeDecay: row(inverseTime, { ...initial, ...same('decaySteps', 'decayRate', 'staircase') }),
  ExponentialDecay: row(exponential, { ...initial, ...same('decaySteps', 'staircase'), decayRate: 'gamma' }),
  PolynomialDecay: row(
    polynomial,
    { ...initial, ...same('endLearningRate', 'power', 'cycle'), decaySteps: 'steps' },
    { endLearningRate: 1e-4 },
  ),
  CosineDecay: {
    known: ['initialLearningRate', 'decaySteps', 'alpha', 'warmupTarget', 'warmupSteps'],
    make: (given: Given, who: string) => {
      const start = amount(who, given, 'initialLearningRate');
      const warming = given.warmupTarget !== undefined;
      const top = warming ? amount(who, given, 'warmupTarget') : start;
      const alpha = amount(who, given, 'alpha', 0);
      const decay = cosine({
        learningRate: top,
        steps: given.decaySteps as number,
        endLearningRate: alpha * top,
        hold: true,
      });
      const steps = nonNegativeInteger(who, 'warmupSteps', given.warmupSteps ?? 0);
      return warming && steps > 0 ? warmup({ schedule: decay, steps, startLearningRate: start }) : decay;
    },
  },
  CosineDecayRestarts: {
    known: [...Object.keys(restarts), 'alpha'],
    make: (given: Given, who: string) => {
      const endLearningRate = amount(who, given, 'alpha', 0) * amount(who, given, 'initialLearningRate');
      const options = { periodFactor: 2, ...renamed(given, restarts), endLearningRate };
      return cosineRestarts(options as unknown as Parameters<typeof cosineRestarts>[0]);
    },
  },
  PiecewiseConstantDecay: row(piecewise, same('boundaries', 'values')),
} satisfies Record<string, Row>;
