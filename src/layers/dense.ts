import { checkOptions, flag, oneOf, positiveInteger } from '../errors.ts';
import { type InitializerLike, resolve as resolveInitializer } from '../initializers/index.ts';
import { type Activation, activations, lowerActivation } from '../plan/activations.ts';
import { columnsOf, type Graph, gradientOf, gradientRows, ldOf, rowsOf, type Value } from '../plan/graph.ts';
import { ROWS } from '../plan/plan.ts';
import { inputShapeOption, nameOption } from './common.ts';
import type { Layer } from './layer.ts';
import { layer } from './made.ts';

export interface DenseOptions {
  /** Numbers in a row of the output; a positive integer. */
  units: number;
  /** Default `linear`. */
  activation?: Activation;
  /** Whether a bias is added; default true. */
  useBias?: boolean;
  /** Default `glorotUniform`, as in Keras. */
  kernelInitializer?: InitializerLike;
  /** Default `zeros`. */
  biasInitializer?: InitializerLike;
  /** On the first layer: `[features]`. */
  inputShape?: readonly number[];
  /** Default `dense`, `dense_1` … */
  name?: string;
  /** Whether kernel and bias are updated; default true. `layer.trainable` of a model's layer can be set later. */
  trainable?: boolean;
}

const known = [
  'units',
  'activation',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'inputShape',
  'name',
  'trainable',
] as const;

/**
 * A fully connected layer: `activation(x · kernel + bias)`; x is rows × inputs, the kernel [inputs, units], the bias [units].
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const layer = layers.dense({ units: 128, activation: 'relu', inputShape: [784] });
 */
export function dense(options: DenseOptions): Layer {
  const given = checkOptions('dense', options, known);
  const units = positiveInteger('dense', 'units', given.units);
  const activation = oneOf('dense', 'activation', given.activation ?? 'linear', activations);
  const useBias = flag('dense', 'useBias', given.useBias ?? true);
  const kernelInitializer = resolveInitializer((given.kernelInitializer as InitializerLike) ?? 'glorotUniform');
  const biasInitializer = resolveInitializer((given.biasInitializer as InitializerLike) ?? 'zeros');
  const trainable = flag('dense', 'trainable', given.trainable ?? true);
  return layer({
    className: 'Dense',
    stem: 'dense',
    name: nameOption('dense', given.name),
    inputShape: inputShapeOption('dense', given.inputShape),
    trainable: { wanted: trainable },
    config: {
      units,
      activation,
      useBias,
      kernelInitializer: describe(kernelInitializer),
      biasInitializer: describe(biasInitializer),
      ...(trainable ? {} : { trainable }),
    },
    build: (inputs) => ({
      outputs: units,
      parameters: [
        { name: 'kernel', shape: [inputs, units], layout: 'panels', initializer: kernelInitializer },
        ...(useBias ? [{ name: 'bias', shape: [units], layout: 'flat' as const, initializer: biasInitializer }] : []),
      ],
    }),
    lower: (graph, x, [kernel, bias], label) => {
      const product = lowerProduct(graph, x, kernel, bias ?? null, activation === 'linear' ? label : `${label} logits`);
      return lowerActivation(graph, product, activation, label);
    },
  });
}

const describe = ({ name, config }: ReturnType<typeof resolveInitializer>) => ({ name, ...config });

/** `x · kernel + bias`, and the way back: the gradients of input, kernel and bias. */
function lowerProduct(graph: Graph, x: Value, kernel: Value, bias: Value | null, label: string): Value {
  const [inputs, outputs] = [columnsOf(x), columnsOf(kernel)];
  const y = rowsOf(label, outputs);
  graph.emit('dense', [x, kernel, bias, y], [ROWS, inputs, outputs, ldOf(x), ldOf(y), 0]);
  graph.onBackward((dy) => {
    let dx: Value | null = null;
    if (x.differentiable) {
      dx = gradientRows(x);
      graph.emit('denseInputGradient', [dy, kernel, null, dx], [ROWS, inputs, outputs, ldOf(dy), ldOf(dx), 0]);
    }
    graph.emit('denseKernelGradient', [x, dy, gradientOf(kernel)], [ROWS, inputs, outputs, ldOf(x), ldOf(dy)]);
    if (bias) graph.emit('columnSums', [dy, gradientOf(bias)], [ROWS, outputs, ldOf(dy)]);
    return dx;
  });
  return y;
}
