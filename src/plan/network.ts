/**
 * A network: layers with their shapes settled and their parameters placed in the `params` space. The same places hold for
 * gradients (in `scratch`, from offset 0) and for each optimizer state (in `state`, state s from offset s × size).
 */
import type { Initializer } from '../initializers/initializer.ts';
import type { Layer } from '../layers/layer.ts';
import type { Layout } from './plan.ts';

export interface Parameter {
  /** `dense.kernel` */
  readonly name: string;
  /** As people see it: a kernel is [inputs, outputs], row-major. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** In floats, a multiple of 16. */
  readonly offset: number;
  /** Floats occupied, padding included. */
  readonly size: number;
  readonly initializer: Initializer;
  /** Whether it is updated: settled by `compile`. */
  readonly trainable: { now: boolean };
}

export interface BuiltLayer {
  readonly layer: Layer;
  /** Unique in the network: `dense`, `dense_1` … */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly Parameter[];
}

export interface Network {
  readonly layers: readonly BuiltLayer[];
  /** Numbers in one row of input, of output. */
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly Parameter[];
  /** Floats in the `params` space. */
  readonly size: number;
}
