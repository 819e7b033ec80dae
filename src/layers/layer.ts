import type { Initializer } from '../initializers/initializer.ts';
import type { Graph, Value } from '../plan/graph.ts';
import type { Layout } from '../plan/plan.ts';

export interface ParameterSpec {
  /** `kernel` */
  readonly name: string;
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly initializer: Initializer;
}

/** What `layers.dense(…)` and its like return: options, and the two rules by which a network is built and lowered. */
export interface Layer {
  /** As in Keras: `Dense`. */
  readonly className: string;
  /** The stem of the layer's name: `dense`. */
  readonly stem: string;
  /** The name the user gave, if any. */
  readonly name: string | undefined;
  /** Given on the first layer. */
  readonly inputShape: readonly number[] | undefined;
  /** Whether its parameters are updated, from the next `compile` on. */
  readonly trainable: { wanted: boolean };
  /** Every effective option, JSON-able. */
  readonly config: Readonly<Record<string, unknown>>;
  /** From the number of inputs: the number of outputs and the parameters. */
  build(inputs: number): { outputs: number; parameters: readonly ParameterSpec[] };
  /** Emits the ops of the forward pass, and records how to go back. `parameters` are in the order of `build`; `label` is the layer's name. */
  lower(graph: Graph, x: Value, parameters: readonly Value[], label: string): Value;
}
