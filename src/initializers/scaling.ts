/** Initial weights whose variance follows from the shape: scale / fan, as in Keras's VarianceScaling. */
import { type Draw, fillNormals, fillUniforms, purpose } from '../random.ts';

/** Inputs and outputs of one unit. A kernel is [inputs, outputs]; a vector counts its length for both. */
function fans(shape: readonly number[]): { in: number; out: number } {
  if (shape.length < 2) return { in: shape[0] ?? 1, out: shape[0] ?? 1 };
  const field = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return { in: field * shape[shape.length - 2], out: field * shape[shape.length - 1] };
}

export type Fan = 'in' | 'average';
export type Distribution = 'uniform' | 'normal';

/** The standard deviation that is left of 1 when a normal distribution is cut off at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

export function fillScaled(
  out: Float32Array,
  shape: readonly number[],
  seed: number,
  index: number,
  scale: number,
  fan: Fan,
  distribution: Distribution,
  draw?: Draw,
): void {
  const f = fans(shape);
  const variance = scale / Math.max(1, fan === 'in' ? f.in : (f.in + f.out) / 2);
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    fillUniform(out, seed, index, -limit, limit, draw);
  } else {
    fillTruncatedNormal(out, seed, index, 0, Math.sqrt(variance) / TRUNCATED_DEVIATION, draw);
  }
}

export function fillUniform(
  out: Float32Array,
  seed: number,
  index: number,
  low: number,
  high: number,
  draw?: Draw,
): void {
  fillUniforms(out, seed, purpose.weights, index, low, high, draw);
}

export function fillNormal(
  out: Float32Array,
  seed: number,
  index: number,
  mean: number,
  deviation: number,
  draw?: Draw,
): void {
  fillNormals(out, seed, purpose.weights, index, mean, deviation, undefined, draw);
}

/** Those beyond two standard deviations are drawn again, as in Keras. */
export function fillTruncatedNormal(
  out: Float32Array,
  seed: number,
  index: number,
  mean: number,
  deviation: number,
  draw?: Draw,
): void {
  fillNormals(out, seed, purpose.weights, index, mean, deviation, 2, draw);
}
