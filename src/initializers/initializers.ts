import { checkOptions, finite, inRange, rangeError } from '../errors.ts';
import type { Draw } from '../random.ts';
import type { Initializer } from './initializer.ts';
import { initializer } from './made.ts';
import { type Distribution, type Fan, fillNormal, fillScaled, fillTruncatedNormal, fillUniform } from './scaling.ts';

/**
 * All zeros: what biases begin with.
 *
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.zeros() });
 */
export function zeros(): Initializer {
  return initializer('zeros', {}, (out) => void out.fill(0));
}

/**
 * All ones.
 *
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.ones() });
 */
export function ones(): Initializer {
  return initializer('ones', {}, (out) => void out.fill(1));
}

/**
 * One value everywhere.
 *
 * @param options - `value`: a finite number, default 0
 * @throws `ERR_PLUMMET_OPTION`
 * @example
 * layers.dense({ units: 10, biasInitializer: initializers.constant({ value: 0.1 }) });
 */
export function constant(options: { value?: number } = {}): Initializer {
  const given = checkOptions('constant', options, ['value']);
  const value = finite('constant', 'value', given.value ?? 0);
  return initializer('constant', { value }, (out) => void out.fill(value));
}

/**
 * Uniform between two limits.
 *
 * @param options - `minval`, default −0.05, and `maxval`, default 0.05: finite, in ascending order
 * @throws `ERR_PLUMMET_OPTION`
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.randomUniform({ minval: -1, maxval: 1 }) });
 */
export function randomUniform(options: { minval?: number; maxval?: number } = {}): Initializer {
  const given = checkOptions('randomUniform', options, ['minval', 'maxval']);
  const minval = finite('randomUniform', 'minval', given.minval ?? -0.05);
  const maxval = finite('randomUniform', 'maxval', given.maxval ?? 0.05);
  if (minval > maxval) {
    throw rangeError('ERR_PLUMMET_OPTION', `randomUniform: minval must not exceed maxval, got ${minval} and ${maxval}`);
  }
  return initializer('randomUniform', { minval, maxval }, (out, _shape, seed, index, draw) =>
    fillUniform(out, seed, index, minval, maxval, draw),
  );
}

export interface NormalOptions {
  /** Default 0. */
  mean?: number;
  /** Standard deviation, at least 0; default 0.05. */
  stddev?: number;
}

function normal(
  name: string,
  options: NormalOptions,
  fill: (out: Float32Array, seed: number, index: number, mean: number, stddev: number, draw?: Draw) => void,
): Initializer {
  const given = checkOptions(name, options, ['mean', 'stddev']);
  const mean = finite(name, 'mean', given.mean ?? 0);
  const stddev = inRange(name, 'stddev', given.stddev ?? 0.05, 0, Number.POSITIVE_INFINITY);
  return initializer(name, { mean, stddev }, (out, _shape, seed, index, draw) =>
    fill(out, seed, index, mean, stddev, draw),
  );
}

/**
 * Normal.
 *
 * @param options - `mean`, default 0; `stddev` ≥ 0, default 0.05
 * @throws `ERR_PLUMMET_OPTION`
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.randomNormal({ stddev: 0.01 }) });
 */
export const randomNormal = (options: NormalOptions = {}): Initializer => normal('randomNormal', options, fillNormal);

/**
 * Normal; values beyond two standard deviations are drawn again. `stddev` is that of the distribution before it is cut.
 *
 * @param options - `mean`, default 0; `stddev` ≥ 0, default 0.05
 * @throws `ERR_PLUMMET_OPTION`
 * @example
 * layers.dense({ units: 10, kernelInitializer: initializers.truncatedNormal({ stddev: 0.01 }) });
 */
export const truncatedNormal = (options: NormalOptions = {}): Initializer =>
  normal('truncatedNormal', options, fillTruncatedNormal);

function scaled(name: string, scale: number, fan: Fan, distribution: Distribution): Initializer {
  return initializer(name, {}, (out, shape, seed, index, draw) =>
    fillScaled(out, shape, seed, index, scale, fan, distribution, draw),
  );
}

/**
 * Glorot and Bengio 2010: uniform in ±√(6 / (inputs + outputs)). What kernels begin with unless told otherwise, as in Keras.
 *
 * @example
 * layers.dense({ units: 128, kernelInitializer: initializers.glorotUniform() });
 */
export const glorotUniform = (): Initializer => scaled('glorotUniform', 1, 'average', 'uniform');

/**
 * Glorot and Bengio 2010: normal, cut at two standard deviations, with variance 2 / (inputs + outputs) after the cut.
 *
 * @example
 * layers.dense({ units: 128, kernelInitializer: initializers.glorotNormal() });
 */
export const glorotNormal = (): Initializer => scaled('glorotNormal', 1, 'average', 'normal');

/**
 * He et al. 2015, for relu: uniform in ±√(6 / inputs).
 *
 * @example
 * layers.dense({ units: 128, activation: 'relu', kernelInitializer: initializers.heUniform() });
 */
export const heUniform = (): Initializer => scaled('heUniform', 2, 'in', 'uniform');

/**
 * He et al. 2015, for relu: normal, cut at two standard deviations, with variance 2 / inputs after the cut.
 *
 * @example
 * layers.dense({ units: 128, activation: 'relu', kernelInitializer: initializers.heNormal() });
 */
export const heNormal = (): Initializer => scaled('heNormal', 2, 'in', 'normal');

/**
 * LeCun et al. 1998: uniform in ±√(3 / inputs).
 *
 * @example
 * layers.dense({ units: 128, kernelInitializer: initializers.lecunUniform() });
 */
export const lecunUniform = (): Initializer => scaled('lecunUniform', 1, 'in', 'uniform');

/**
 * LeCun et al. 1998: normal, cut at two standard deviations, with variance 1 / inputs after the cut.
 *
 * @example
 * layers.dense({ units: 128, kernelInitializer: initializers.lecunNormal() });
 */
export const lecunNormal = (): Initializer => scaled('lecunNormal', 1, 'in', 'normal');
