/** From a list of layers to a network: shapes settled, names unique, parameters placed. */
import { rangeError, typeError } from '../errors.ts';
import type { Layer } from '../layers/layer.ts';
import type { BuiltLayer, Network, Parameter } from './network.ts';
import { pad } from './ops.ts';

/** Floats that a parameter occupies: docs/definitions.md, Memory. */
function sizeOf(shape: readonly number[]): number {
  const columns = pad(shape.at(-1) as number);
  return shape.length === 1 ? columns : shape[0] * columns;
}

/** `dense`, `dense_1` … ; a name that the user chose must be free. */
function uniqueName(layer: Layer, taken: Set<string>): string {
  const wanted = layer.name ?? layer.stem;
  let name = wanted;
  for (let i = 1; taken.has(name); i++) {
    if (layer.name !== undefined) {
      throw rangeError('ERR_PLUMMET_OPTION', `sequential: two layers are named "${name}"; names must be unique`);
    }
    name = `${wanted}_${i}`;
  }
  taken.add(name);
  return name;
}

/**
 * @throws `ERR_PLUMMET_SHAPE` where the first layer has no inputShape, or a later one has another than the layer before gives;
 * `ERR_PLUMMET_OPTION` where two layers have the same name.
 */
export function build(layers: readonly Layer[]): Network {
  const inputs = layers[0]?.inputShape?.[0];
  if (inputs === undefined) {
    throw typeError(
      'ERR_PLUMMET_SHAPE',
      'sequential: the first layer needs an inputShape, as in { units: 128, inputShape: [784] }',
    );
  }
  const taken = new Set<string>();
  const built: BuiltLayer[] = [];
  let width = inputs;
  let offset = 0;
  for (const layer of layers) {
    const name = uniqueName(layer, taken);
    const wanted = layer.inputShape?.[0];
    if (wanted !== undefined && wanted !== width) {
      throw rangeError(
        'ERR_PLUMMET_SHAPE',
        `sequential: layer "${name}" has inputShape [${wanted}], but the layer before it gives ${width} numbers a row`,
      );
    }
    const { outputs, parameters } = layer.build(width);
    const placed = parameters.map(({ name: parameter, ...spec }): Parameter => {
      const size = sizeOf(spec.shape);
      offset += size;
      return {
        ...spec,
        name: `${name}.${parameter}`,
        offset: offset - size,
        size,
        trainable: { now: layer.trainable.wanted },
      };
    });
    built.push({ layer, name, inputs: width, outputs, parameters: placed });
    width = outputs;
  }
  return {
    layers: built,
    inputs,
    outputs: width,
    parameters: built.flatMap((layer) => layer.parameters),
    size: offset,
  };
}
