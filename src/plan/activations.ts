/** The activations a layer can end in, and how each is lowered. */
import { columnsOf, type Graph, gradientRows, ldOf, rowsOf, type Value } from './graph.ts';
import { ROWS } from './plan.ts';

/** Those that are element-wise, by the number that ops know them by (docs/definitions.md). */
export const elementwise = ['linear', 'relu', 'sigmoid', 'tanh'] as const;
export const activations = [...elementwise, 'softmax'] as const;
export type Activation = (typeof activations)[number];

export const numberOf = (activation: Activation): number => (elementwise as readonly string[]).indexOf(activation);

/** Emits `activation(x)`. */
export function lowerActivation(graph: Graph, x: Value, activation: Activation, label: string): Value {
  if (activation === 'linear') return x;
  const columns = columnsOf(x);
  const ld = ldOf(x);
  const y = rowsOf(label, columns, x.differentiable);
  const [forward, backward, dims] =
    activation === 'softmax'
      ? (['softmax', 'softmaxGradient', [ROWS, columns, ld]] as const)
      : (['activate', 'activateGradient', [ROWS, columns, ld, numberOf(activation)]] as const);
  graph.emit(forward, [x, y], dims);
  graph.onBackward((dy) => {
    if (!x.differentiable) return null;
    const dx = gradientRows(x);
    graph.emit(backward, [y, dy, dx], dims);
    return dx;
  });
  return y;
}
