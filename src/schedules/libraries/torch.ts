/** torch.optim.lr_scheduler. */
import { elements, positiveInteger, safely } from '../../errors.ts';
import {
  constant,
  cosine,
  cosineRestarts,
  cyclic,
  exponential,
  linear,
  multiStep,
  oneCycle,
  polynomial,
  reduceOnPlateau,
  sequential,
  step,
} from '../schedules.ts';
import { type Given, type Row, row, same } from './row.ts';

const cycle = ['pctStart', 'annealStrategy', 'divFactor', 'finalDivFactor', 'threePhase'];
const momenta = ['baseMomentum', 'maxMomentum'];
const plateau = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLearningRate', 'eps'];

export const torch = {
  StepLR: row(step, same('learningRate', 'stepSize', 'gamma')),
  MultiStepLR: row(multiStep, same('learningRate', 'milestones', 'gamma')),
  ExponentialLR: row(exponential, same('learningRate', 'gamma')),
  PolynomialLR: row(polynomial, { ...same('learningRate', 'power'), totalIters: 'steps' }),
  CosineAnnealingLR: row(cosine, { ...same('learningRate'), tMax: 'steps', etaMin: 'endLearningRate' }),
  CosineAnnealingWarmRestarts: row(cosineRestarts, {
    ...same('learningRate'),
    t0: 'steps',
    tMult: 'periodFactor',
    etaMin: 'endLearningRate',
  }),
  LinearLR: row(linear, { ...same('learningRate', 'startFactor', 'endFactor'), totalIters: 'steps' }),
  ConstantLR: row(constant, { ...same('learningRate', 'factor'), totalIters: 'steps' }, { factor: 1 / 3 }),
  OneCycleLR: {
    known: [
      'learningRate', // ignored there too
      'maxLearningRate',
      'totalSteps',
      'epochs',
      'stepsPerEpoch',
      'cycleMomentum',
      ...cycle,
      ...momenta,
    ],
    make: ({ learningRate: _, cycleMomentum: __, epochs, stepsPerEpoch, ...rest }: Given, who: string) => {
      const totalSteps =
        rest.totalSteps ??
        positiveInteger(who, 'epochs', epochs) * positiveInteger(who, 'stepsPerEpoch', stepsPerEpoch);
      return oneCycle({ ...rest, totalSteps } as Parameters<typeof oneCycle>[0]);
    },
  },
  CyclicLR: row(
    cyclic,
    same('baseLearningRate', 'maxLearningRate', 'stepSizeUp', 'stepSizeDown', 'mode', 'gamma', ...momenta),
    {},
    ['learningRate', 'cycleMomentum'],
  ),
  ReduceLROnPlateau: row(reduceOnPlateau, same('learningRate', ...plateau)),
} satisfies Record<string, Row>;

/**
 * SequentialLR holds other schedules: entries are schedules, or `{ schedule: 'LinearLR', … }`, which get the learning rate of
 * the whole.
 */
export const sequentialLR = (make: (name: unknown, options: Given) => unknown): Row => ({
  known: ['learningRate', 'milestones', 'schedules'],
  make: ({ learningRate, milestones, schedules }, who) => {
    const parts = elements(who, 'schedules', schedules)?.map((part) => {
      if (typeof part !== 'object' || part === null) return part;
      const { schedule, ...options }: Given = safely(who, 'schedules', () => ({ ...part }));
      return make(schedule, learningRate === undefined ? options : { learningRate, ...options });
    });
    return sequential({ milestones, schedules: parts } as Parameters<typeof sequential>[0]);
  },
});
