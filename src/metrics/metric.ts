import type { OpName } from '../plan/ops.ts';

/** What a metric's name is resolved to, for a given model and loss. */
export interface Metric {
  /** The key in logs and history, as the user gave it: `accuracy`, `mse`. */
  readonly name: string;
  /** The op that computes one value a row; the metric is their mean. */
  readonly op: OpName;
  /** What it takes: `labels` or `floats` in y. */
  readonly targets: 'labels' | 'floats';
  /** Works on the input of the loss's activation as well as on its output. */
  readonly takesLogits: boolean;
}
