import type { Draw } from '../random.ts';

/** How a parameter's first values are made. Deterministic: they depend on (seed, layer, parameter's shape) and nothing else. */
export interface Initializer {
  /** As in Keras: `glorotUniform`, `heNormal` … */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Fills `out` (row-major, of `shape`) for the parameter number `index` of the network (counted over all layers).
   * For kernels of shape [inputs, outputs], fan-in is inputs and fan-out outputs. `draw`: what fills faster with the same numbers.
   */
  fill(out: Float32Array, shape: readonly number[], seed: number, index: number, draw?: Draw): void;
}
