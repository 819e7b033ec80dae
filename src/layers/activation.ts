import { checkOptions, oneOf } from '../errors.ts';
import { type Activation, activations, lowerActivation } from '../plan/activations.ts';
import { inputShapeOption, nameOption } from './common.ts';
import type { Layer } from './layer.ts';
import { layer } from './made.ts';

export interface ActivationOptions {
  activation: Activation;
  /** On the first layer: `[features]`. */
  inputShape?: readonly number[];
  /** Default `activation`, `activation_1` … */
  name?: string;
}

/**
 * Applies an activation to each element (softmax: to each row); the shape stays.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const layer = layers.activation({ activation: 'tanh' });
 */
export function activation(options: ActivationOptions): Layer {
  const given = checkOptions('activation', options, ['activation', 'inputShape', 'name']);
  const kind = oneOf('activation', 'activation', given.activation, activations);
  return layer({
    className: 'Activation',
    stem: 'activation',
    name: nameOption('activation', given.name),
    inputShape: inputShapeOption('activation', given.inputShape),
    trainable: { wanted: true },
    config: { activation: kind },
    build: (inputs) => ({ outputs: inputs, parameters: [] }),
    lower: (graph, x, _parameters, label) => lowerActivation(graph, x, kind, label),
  });
}
