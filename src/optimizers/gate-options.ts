/** Options that say how steps come about from batches. */
import { checkOptions, flag, inRange, integer, rangeError } from '../errors.ts';
import type { Gate } from '../plan/gate.ts';

export interface LossScaleOptions {
  /** A positive float32: what it begins with; default 65536. */
  initialScale?: number;
  /** At least 1: what it is multiplied by after `growthInterval` good steps in a row; default 2. */
  growthFactor?: number;
  /** In (0, 1]: what it is multiplied by after a step that was skipped; default 0.5. */
  backoffFactor?: number;
  /** A positive integer; default 2000. */
  growthInterval?: number;
}

export interface GateOptions {
  /**
   * A step whose gradients hold a NaN or an infinity, in any of the parameters that it would update, is skipped as a whole: parameters,
   * state, the count of steps and schedules stay as they are. `skippedSteps` counts them. Default false.
   */
  skipNonFinite?: boolean;
  /**
   * The gradients of so many batches make one step, with their mean, as in Keras: weight decay, schedules and the step come once for all of
   * them. A window that an epoch leaves open goes on with the next one. A positive integer below 16777216; null or 1: each batch is a step.
   */
  gradientAccumulationSteps?: number | null;
  /**
   * What the loss is multiplied by, so that small gradients do not vanish; gradients are divided by it before anything else is done to
   * them, and steps with gradients that are not finite are skipped. A number greater than 0 stays for ever; `dynamic` begins with 65536,
   * doubles after 2000 good steps in a row and halves with each that is skipped, as PyTorch's `GradScaler`; an object changes these numbers.
   * In a model this happens by itself; on bare arrays, multiply the loss by `optimizer.lossScale`.
   */
  lossScale?: number | 'dynamic' | LossScaleOptions | null;
}

export const gateOptions = ['skipNonFinite', 'gradientAccumulationSteps', 'lossScale'] as const;

/** Of float32: the smallest normal number, and the largest one. */
const LEAST = 1.1754943508222875e-38;
const LARGEST = 3.4028234663852886e38;
const MOST = 16777216;

const scaleOption = (who: string, name: string, value: unknown): number => inRange(who, name, value, LEAST, LARGEST);

function countOption(who: string, name: string, value: unknown): number {
  const count = integer(who, name, value, 1);
  if (count < MOST) return count;
  throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${name} must be an integer from 1 to ${MOST - 1}, got ${count}`);
}

/** What these options ask for, and the scalars at `Gate.column`; null where each batch is a step. */
export function gateOf(
  who: string,
  given: Partial<Record<(typeof gateOptions)[number], unknown>>,
  column: number,
): { gate: Gate; scalars: readonly number[] } | null {
  const { skipNonFinite, gradientAccumulationSteps, lossScale } = given;
  const skips = skipNonFinite !== undefined && flag(who, 'skipNonFinite', skipNonFinite);
  const batches =
    gradientAccumulationSteps == null ? 1 : countOption(who, 'gradientAccumulationSteps', gradientAccumulationSteps);
  const scaling = lossScale == null ? null : scalingOf(who, lossScale);
  if (!skips && batches === 1 && !scaling) return null;
  const scale = scaling ? Math.fround(scaling.scale) : 1;
  return {
    gate: {
      batches,
      skips: skips || scaling !== null,
      scaled: scaling !== null,
      scale,
      dynamic: scaling?.interval === undefined ? null : { interval: scaling.interval },
      column,
    },
    scalars: [scale, 1, scaling?.growth ?? 1, scaling?.backoff ?? 1],
  };
}

interface Scaling {
  readonly scale: number;
  readonly interval?: number;
  readonly growth?: number;
  readonly backoff?: number;
}

function scalingOf(who: string, given: unknown): Scaling {
  if (typeof given === 'number') return { scale: scaleOption(who, 'lossScale', given) };
  const known = ['initialScale', 'growthFactor', 'backoffFactor', 'growthInterval'] as const;
  if (typeof given === 'string' && given !== 'dynamic') {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: lossScale must be a number, 'dynamic' or an object, got "${given.slice(0, 40)}"`,
    );
  }
  const read: Partial<Record<(typeof known)[number], unknown>> =
    given === 'dynamic' ? {} : checkOptions(`${who}: lossScale`, given, known);
  return {
    scale: scaleOption(who, 'lossScale.initialScale', read.initialScale ?? 65536),
    growth: inRange(who, 'lossScale.growthFactor', read.growthFactor ?? 2, 1, LARGEST),
    backoff: inRange(who, 'lossScale.backoffFactor', read.backoffFactor ?? 0.5, 0, 1, '(]'),
    interval: countOption(who, 'lossScale.growthInterval', read.growthInterval ?? 2000),
  };
}
