import { checkOptions, oneOf } from '../errors.ts';
import { keras } from './libraries/keras.ts';
import { optax } from './libraries/optax.ts';
import type { Given, Row } from './libraries/row.ts';
import { sequentialLR, torch } from './libraries/torch.ts';
import type { Schedule } from './schedule.ts';

/** PyTorch's, Keras's and optax's names of schedules. */
export type LibrarySchedule = keyof typeof torch | 'SequentialLR' | keyof typeof keras | keyof typeof optax;

const table: Readonly<Record<LibrarySchedule, Row>> = {
  ...torch,
  SequentialLR: sequentialLR((name, options) => named(name as LibrarySchedule, options)),
  ...keras,
  ...optax,
};

const names = Object.keys(table) as LibrarySchedule[];

/**
 * The schedule that has this name in PyTorch, Keras or optax, from the options it has there, in camelCase (`tMax`, `decaySteps`,
 * `transitionSteps`): for those who carry a training over. What is null counts as not given. It returns one of ours,
 * which says so in its `name` and its `options`; what differs between the libraries (who counts the warm-up, what
 * comes after the end) is seen to.
 *
 * PyTorch: StepLR, MultiStepLR, ConstantLR, LinearLR, ExponentialLR, PolynomialLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, OneCycleLR,
 * CyclicLR, SequentialLR, ReduceLROnPlateau, whose base rate is the option `learningRate`. Keras: ExponentialDecay, InverseTimeDecay,
 * PolynomialDecay, CosineDecay, CosineDecayRestarts, PiecewiseConstantDecay. optax: linear_schedule, polynomial_schedule,
 * exponential_decay, warmup_cosine_decay_schedule, linear_onecycle_schedule, cosine_onecycle_schedule.
 *
 * @throws `ERR_PLUMMET_OPTION` for a name that is unknown, and where an option is missing, unknown or out of range.
 * @example
 * const schedule = schedules.named('CosineDecay', { initialLearningRate: 0.1, decaySteps: 1000, alpha: 0.01 });
 * schedule.name; // 'cosine'
 */
export function named(name: LibrarySchedule, options: Readonly<Record<string, unknown>>): Schedule {
  const { known, make } = table[oneOf('named', 'name', name, names)];
  const given: Given = checkOptions(name, options, known);
  return make(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)), name);
}
