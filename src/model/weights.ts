/** Weights by name, as people see them: row-major copies with a shape. */
import { checkFits } from '../arrays.ts';
import { checkOptions, describe, rangeError, safely, suggestion, typedArrayName, typeError } from '../errors.ts';
import { countOf, pack, unpack } from '../layout.ts';
import type { Parameter } from '../plan/network.ts';
import { type Tensor, type TensorLike, toTensor } from '../tensor.ts';
import { evaluatedBySync, wantsAverage } from './averaged.ts';
import { type Core, networkOf } from './core.ts';
import { assertReadable, assertWritable } from './lock.ts';

/** By name: `dense.kernel` [inputs, units], `dense.bias` [units]. */
export type Weights = Record<string, Tensor<Float32Array>>;

/** A parameter, or a state, row-major. */
export function read(
  source: Float32Array,
  { shape, layout, offset }: Pick<Parameter, 'shape' | 'layout' | 'offset'>,
): Tensor<Float32Array> {
  const data = new Float32Array(countOf(shape));
  unpack(source, offset, shape, layout, data);
  return { data, shape: [...shape] };
}

/** One tensor for each parameter, from memory that is laid out as the parameters are. */
export function readAll(core: Core, source: Float32Array): Weights {
  return Object.fromEntries(networkOf(core).parameters.map((parameter) => [parameter.name, read(source, parameter)]));
}

/** Checks that there is a tensor of the right shape for each parameter, and nothing else. */
export function checkAll(core: Core, who: string, given: unknown): Map<Parameter, Float32Array> {
  const { parameters } = networkOf(core);
  const names = parameters.map(({ name }) => name);
  const example = `{ '${names[0] ?? 'dense.kernel'}': … }`;
  if (typeof given !== 'object' || given === null || isList(who, given)) {
    throw typeError(
      'ERR_PLUMMET_TYPE',
      `${who}: expected an object with one entry for each parameter, as in ${example}, got ${describe(given)}`,
    );
  }
  for (const key of safely(who, 'the argument', () => Reflect.ownKeys(given))) {
    if (names.includes(key as string)) continue;
    const name = typeof key === 'string' ? `"${key.slice(0, 40)}"` : 'that is a symbol';
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: the model has no parameter ${name}.${suggestion(key, names)}`);
  }
  return new Map(parameters.map((parameter) => [parameter, checkOne(who, parameter, given)]));
}

const isList = (who: string, given: object): boolean =>
  typedArrayName(given) !== undefined || safely(who, 'the argument', () => Array.isArray(given));

function checkOne(who: string, { name, shape }: Parameter, given: object): Float32Array {
  const value = safely(who, `"${name}"`, () => (given as Record<string, unknown>)[name]);
  if (value === undefined)
    throw typeError('ERR_PLUMMET_OPTION', `${who}: "${name}" is missing; each parameter needs its entry`);
  const tensor = toTensor(who, `"${name}"`, value);
  const fits =
    tensor.shape.length === 1 ? tensor.data.length === countOf(shape) : String(tensor.shape) === String(shape);
  if (!fits) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${who}: "${name}" has the shape [${tensor.shape.join(', ')}], the parameter [${shape.join(', ')}]`,
    );
  }
  const data = new Float32Array(tensor.data);
  checkFits(who, `"${name}"`, tensor.data, data);
  return data;
}

/** Copies checked tensors to memory that is laid out as the parameters are. */
export function writeAll(values: Map<Parameter, Float32Array>, target: Float32Array): void {
  for (const [{ shape, layout, offset }, data] of values) pack(data, shape, layout, target, offset);
}

export function getWeights(core: Core, given: unknown): Weights {
  assertReadable(core.lock, 'getWeights');
  networkOf(core);
  const { averaged } = checkOptions('getWeights', given, ['averaged']);
  const wanted = averaged !== undefined && wantsAverage(core, 'getWeights', averaged);
  assertReadable(core.lock, 'getWeights');
  return readAll(core, evaluatedBySync(core, 'getWeights', wanted));
}

export function setWeights(core: Core, weights: Record<string, TensorLike>): void {
  assertWritable(core.lock, 'setWeights');
  const values = checkAll(core, 'setWeights', weights);
  // Reading them may have run code of the user's.
  assertWritable(core.lock, 'setWeights');
  writeAll(values, core.params);
}
