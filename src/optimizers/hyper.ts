import { type OpName, type OpSpec, opNamed } from '../plan/ops.ts';

/** How many scalars an optimizer's op takes for a step. */
export function hyperWidth(op: OpName): number {
  const spec: OpSpec = opNamed(op);
  return spec.hyper?.length ?? 0;
}
