/** optax. */
import { nonNegativeInteger, positiveInteger } from '../../errors.ts';
import { cosine, exponential, piecewise, polynomial, warmup } from '../schedules.ts';
import { amount, type Given, type Row, row, same } from './row.ts';

const transition = { initValue: 'learningRate', endValue: 'endLearningRate', transitionBegin: 'begin' };

/** Values at the ends of the phases, which are whole steps there. */
function phases(given: Given, who: string, interpolation: 'linear' | 'cosine') {
  const steps = positiveInteger(who, 'transitionSteps', given.transitionSteps);
  const top = amount(who, given, 'peakValue');
  const first = top / amount(who, given, 'divFactor', 25);
  const last = first / amount(who, given, 'finalDivFactor', 1e4);
  const start = Math.floor(amount(who, given, 'pctStart', 0.3) * steps);
  if (interpolation === 'cosine')
    return piecewise({ boundaries: [start, steps], values: [first, top, last], interpolation });
  const final = Math.floor(amount(who, given, 'pctFinal', 0.85) * steps);
  return piecewise({ boundaries: [start, final, steps], values: [first, top, first, last], interpolation });
}
const cycle = ['transitionSteps', 'peakValue', 'pctStart', 'divFactor', 'finalDivFactor'];

export const optax = {
  polynomial_schedule: row(polynomial, { ...transition, ...same('power'), transitionSteps: 'steps' }),
  linear_schedule: row(polynomial, { ...transition, transitionSteps: 'steps' }),
  exponential_decay: row(exponential, {
    ...transition,
    ...same('staircase'),
    transitionSteps: 'decaySteps',
    decayRate: 'gamma',
  }),
  warmup_cosine_decay_schedule: {
    known: ['initValue', 'peakValue', 'warmupSteps', 'decaySteps', 'endValue', 'exponent'],
    make: (given: Given, who: string) => {
      const warm = nonNegativeInteger(who, 'warmupSteps', given.warmupSteps);
      const decay = cosine({
        learningRate: amount(who, given, 'peakValue'),
        // decaySteps counts the warm-up too.
        steps: positiveInteger(who, 'decaySteps', given.decaySteps) - warm,
        endLearningRate: amount(who, given, 'endValue', 0),
        exponent: amount(who, given, 'exponent', 1),
        hold: true,
      });
      if (warm === 0) return decay;
      return warmup({ schedule: decay, steps: warm, startLearningRate: amount(who, given, 'initValue') });
    },
  },
  linear_onecycle_schedule: {
    known: [...cycle, 'pctFinal'],
    make: (given: Given, who: string) => phases(given, who, 'linear'),
  },
  cosine_onecycle_schedule: {
    known: cycle,
    make: (given: Given, who: string) => phases(given, who, 'cosine'),
  },
} satisfies Record<string, Row>;
