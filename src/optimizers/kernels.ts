import { kernels } from '../kernels/reference/table.ts';
import { type OpName, type OpSpec, ops } from '../plan/ops.ts';

export interface Kernels {
  run(op: OpName, operands: readonly (Float32Array | null)[], dims: readonly number[]): void;
}

export function kernelsOf(_backend: unknown): Kernels {
  return {
    run(op, operands, dims) {
      const spec = ops.find(({ name }) => name === op) as OpSpec;
      const per = spec.operands.length;
      const offsets = new Float64Array(per);
      for (let i = 0; i * spec.dims.length < dims.length; i++) {
        const own = Float64Array.from(dims.slice(i * spec.dims.length, (i + 1) * spec.dims.length));
        kernels[op](operands.slice(i * per, (i + 1) * per), offsets, own, 0, spec.units(Array.from(own)));
      }
    },
  };
}
