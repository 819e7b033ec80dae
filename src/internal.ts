/** What the benchmarks need beside the public doors, from the same bundle: no door for users. */
export { loadAddon } from './kernels/native.ts';
export { leadingDimension } from './plan/graph.ts';
export { opNamed, ops } from './plan/ops.ts';
export { spaces } from './plan/plan.ts';
