import type { OpName } from '../plan/ops.ts';

/** What `losses.meanSquaredError()` and its like return. */
export interface Loss {
  /** As in Keras, in camelCase: `sparseCategoricalCrossentropy`. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What it wants in y: class labels (Int32Array) or one row of floats for each row of output. */
  readonly targets: 'labels' | 'floats';
  /** The op that computes it. */
  readonly op: OpName;
  /**
   * The activation whose input the op takes: the model must end in it (it is left out when training and evaluating), unless `fromLogits`. Null: the op takes the
   * model's output as it is.
   */
  readonly activation: 'softmax' | 'sigmoid' | null;
  readonly fromLogits: boolean;
}
