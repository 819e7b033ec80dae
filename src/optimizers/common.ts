/** Options that every optimizer has: what they are called, what they may be, and what is done for them. */
import { checkOptions, flag, inRange, nonNegativeInteger, oneOf } from '../errors.ts';
import { type NormKind, normKinds, type Transform } from '../plan/transforms.ts';
import { power } from '../power.ts';
import { type GateOptions, gateOptions } from './gate-options.ts';
import type { GroupOptions } from './groups.ts';
import { type AverageOptions, averageOptions } from './weight-average.ts';

export interface NormLimit {
  /** Greater than 0: the largest norm that passes. */
  maxNorm: number;
  /** 1, 2 or Infinity; default 2. */
  normType?: 1 | 2 | typeof Infinity;
  /** At least 0: added to the norm before the limit is divided by it. */
  epsilon?: number;
}

export interface NoiseOptions {
  /** Greater than 0: the variance of the first step's noise. */
  eta: number;
  /** At least 0: how fast it fades; default 0.55. */
  gamma?: number;
  /** A non-negative integer; the noise follows from it, the step and the parameter; default 0. */
  seed?: number;
}

export interface AdaptiveLimit {
  /** Greater than 0: how large a unit's gradient may be, as part of the unit's own norm. */
  clipping: number;
  /** Greater than 0: the least norm that a unit counts as having; default 1e-3. */
  epsilon?: number;
}

/**
 * What is done to the gradient of each tensor; groups may have options of their own, null for none. It is done in this order: `maximize`, `centralize`, `adaptiveClip`, `clipValue`,
 * `clipRms`, `clipNorm`, `globalClipNorm`, `noise`; then weight decay and the rule. Gradients are never written to. A norm that is infinite makes finite
 * elements 0 and infinite ones NaN; one that is NaN makes all of them NaN.
 */
export interface GradientOptions extends AverageOptions {
  /** Go up instead of down; default false. */
  maximize?: boolean;
  /**
   * Gradient centralisation, Yong et al. 2020: the gradient of a matrix is taken less the mean of each column (all dimensions but the last),
   * so that the weights that lead to one output keep their sum. Vectors stay. Default false.
   */
  centralize?: boolean;
  /**
   * Adds normal noise of variance eta / tᵞ to gradients, t counted from 1: Neelakantan et al. 2015, where t counts from 0. A number is `eta`.
   */
  noise?: number | NoiseOptions | null;
  /** Greater than 0: every element of a gradient is held within [−clipValue, clipValue]. NaN stays. */
  clipValue?: number | null;
  /**
   * The gradient of each tensor is scaled down to this norm where it is larger, as Keras' `clipnorm`. A number greater than 0 is the largest
   * norm; as an object also the kind of norm and what is added to it (default 0).
   */
  clipNorm?: number | NormLimit | null;
  /** Greater than 0: the gradient of each tensor is scaled down to this root mean square where it is larger, as optax' `clip_by_block_rms`. */
  clipRms?: number | null;
  /**
   * Adaptive gradient clipping, Brock et al. 2021: the gradient of each unit is scaled down to `clipping` times the norm of the unit's
   * weights. A column of a matrix is a unit (what leads to one output), a vector is one unit. A number is `clipping`.
   */
  adaptiveClip?: number | AdaptiveLimit | null;
}

/** What every optimizer has beside its own options. */
export interface CommonOptions<O = object> extends GradientOptions, GateOptions {
  /**
   * All gradients together are scaled down to this norm where it is larger, as PyTorch's `clip_grad_norm_`: times min(1, maxNorm / (norm +
   * epsilon)), with an epsilon of 1e-6 by default; 0 is what Keras and optax do. Those of frozen parameters do not count.
   */
  globalClipNorm?: number | NormLimit;
  /** Parameters with options of their own, or an optimizer of their own; the first that matches a name has it. */
  groups?: readonly (GroupOptions & GradientOptions & O)[];
}

/** What a group may have too. */
export const tensorOptions = [
  'maximize',
  'centralize',
  'clipValue',
  'clipNorm',
  'clipRms',
  'adaptiveClip',
  'noise',
  ...averageOptions,
] as const;
export const commonOptions = [...tensorOptions, 'globalClipNorm', ...gateOptions, 'groups'] as const;
/** Options that are known by name, whose values have yet to be checked. */
export type Given<Known extends readonly string[]> = Partial<Record<Known[number], unknown>>;
export type TensorOptions = Partial<Record<(typeof tensorOptions)[number], unknown>>;

const INFINITE = Number.POSITIVE_INFINITY;
const positive = (who: string, name: string, value: unknown): number => inRange(who, name, value, 0, INFINITE, '()');

/** `given` as an object, where a number may stand for its first member. */
function members<K extends string>(who: string, name: string, given: unknown, keys: readonly K[]) {
  const known: Partial<Record<K, unknown>> =
    typeof given === 'number'
      ? ({ [keys[0]]: given } as Partial<Record<K, unknown>>)
      : checkOptions(`${who}: ${name}`, given, keys);
  return known;
}

const kindOf = (who: string, name: string, type: unknown): NormKind => {
  const wanted = oneOf(who, name, String(type), ['1', '2', 'Infinity']);
  return wanted === '2' ? normKinds.squares : wanted === '1' ? normKinds.magnitudes : normKinds.largest;
};

/** A limit of a norm. */
export function normTransform(who: string, name: string, given: unknown, epsilon: number, column: number): Transform {
  const limit = members(who, name, given, ['maxNorm', 'normType', 'epsilon']);
  const prefix = typeof given === 'number' ? name : `${name}.maxNorm`;
  return {
    op: 'norm',
    limits: [
      positive(who, prefix, limit.maxNorm),
      inRange(who, `${name}.epsilon`, limit.epsilon ?? epsilon, 0, INFINITE),
    ],
    column,
    kind: kindOf(who, `${name}.normType`, limit.normType ?? 2),
    mean: false,
  };
}

/** Steps as two floats: 24 bits each. */
const HALF = 16777216;

function noiseTransform(who: string, given: unknown): Omit<Transform, 'column'> {
  const read = members(who, 'noise', given, ['eta', 'gamma', 'seed']);
  const eta = positive(who, typeof given === 'number' ? 'noise' : 'noise.eta', read.eta);
  const gamma = inRange(who, 'noise.gamma', read.gamma ?? 0.55, 0, INFINITE);
  const seed = nonNegativeInteger(who, 'noise.seed', read.seed ?? 0);
  return {
    op: 'addNoise',
    limits: [0, 0, 0],
    limitsAt: (step) => [Math.sqrt(eta / power(step, gamma)), step % HALF, Math.floor(step / HALF)],
    kind: normKinds.squares,
    mean: false,
    seed,
  };
}

/** What these options do to the gradient of a tensor, in order; their limits stand from `column` on. */
export function transformsOf(who: string, given: TensorOptions, column: number): Transform[] {
  const made: Transform[] = [];
  let next = column;
  const add = (transform: Omit<Transform, 'column'>): void => {
    made.push({ ...transform, column: next });
    next += transform.limits.length;
  };
  const plain = { kind: normKinds.squares, mean: false };
  if (given.maximize !== undefined && flag(who, 'maximize', given.maximize)) {
    add({ ...plain, op: 'scaleGradient', limits: [-1] });
  }
  if (given.centralize !== undefined && flag(who, 'centralize', given.centralize)) {
    add({ ...plain, op: 'centralize', limits: [] });
  }
  const set = (option: keyof TensorOptions): boolean => given[option] !== undefined && given[option] !== null;
  if (set('adaptiveClip')) {
    const limit = members(who, 'adaptiveClip', given.adaptiveClip, ['clipping', 'epsilon']);
    const name = typeof given.adaptiveClip === 'number' ? 'adaptiveClip' : 'adaptiveClip.clipping';
    const least = positive(who, 'adaptiveClip.epsilon', limit.epsilon ?? 1e-3);
    add({ ...plain, op: 'adaptiveClip', limits: [positive(who, name, limit.clipping), least] });
  }
  if (set('clipValue')) add({ ...plain, op: 'clipValues', limits: [positive(who, 'clipValue', given.clipValue)] });
  if (set('clipRms')) {
    add({ op: 'norm', limits: [positive(who, 'clipRms', given.clipRms), 0], kind: normKinds.squares, mean: true });
  }
  if (set('clipNorm')) add(normTransform(who, 'clipNorm', given.clipNorm, 0, next));
  if (set('noise')) add(noiseTransform(who, given.noise));
  return made;
}
