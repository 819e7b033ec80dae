/** From a network to a plan. */
import type { ByteScale } from '../data/dataset.ts';
import type { Loss } from '../losses/loss.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Network } from './network.ts';
import type { Plan } from './plan.ts';

export interface Lowering {
  readonly network: Network;
  /**
   * train: forward, loss, metrics, backward, optimizer. evaluate: forward, loss, metrics. predict: forward, then `output` (rows × outputs).
   * gradients: train without optimizer (and metrics); gradients stay in scratch from offset 0, laid out as the parameters. apply: the optimizer
   * alone, on gradients that the caller has put there. backward: forward, then back from `y`, which holds the gradient of the
   * output (float32, rows × outputs); the gradient of the input goes to `output` (rows × inputs), those of the parameters to scratch.
   */
  readonly purpose: 'train' | 'evaluate' | 'predict' | 'gradients' | 'apply' | 'backward';
  /** The largest batch. */
  readonly batchSize: number;
  readonly loss?: Loss;
  readonly metrics?: readonly Metric[];
  readonly optimizer?: Optimizer;
  /** For byte inputs. The table goes to `constants`. */
  readonly bytes?: ByteScale | null;
  /** First slot of `totals`: the sum of the rows' losses, then those of the metrics. */
  readonly firstTotal?: number;
  /** Fuse what can be fused; default true. Never changes a bit. */
  readonly fuse?: boolean;
}

/** A plan, and what must stand in its scratch space before it first runs. */
export interface Lowered {
  readonly plan: Plan;
  readonly constants: readonly { readonly offset: number; readonly values: Float32Array }[];
}

export declare function lower(lowering: Lowering): Lowered;
/** The plan that runs at the beginning of an epoch: one `shuffle` of `rows` rows into the space `rows`. */
export declare function lowerShuffle(rows: number, seed: number): Plan;
