/**
 * The table of ops: what a plan can consist of. Each row names an op's operands and dims and says how many elements each
 * operand spans. `native/plan/ops.h` holds the same table; a test compares the two. What an op computes is defined in
 * docs/definitions.md.
 */
import { ascentOps } from './ascent-ops.ts';
import { matrixOps } from './matrix-ops.ts';
import { normOps } from './norm-ops.ts';
import {
  at,
  dim,
  type ElementType,
  matrix,
  normBlocks,
  type OperandSpec,
  type OpSpec,
  one,
  optional,
  pad,
  padded,
  panels,
  product,
  read,
  tiles,
  update,
  write,
} from './op-spec.ts';
import { denseOptimizerOps, optimizerOps, ruleOps } from './optimizer-ops.ts';
import { smallOps } from './small-ops.ts';

export type { Access, Dims, ElementType, OperandSpec, OpSpec } from './op-spec.ts';
export { LARGEST_BLOCK, normBlocks, PANEL, pad, ROW_BLOCK, tiles } from './op-spec.ts';
export type { OptimizerOp, RuleOp } from './optimizer-ops.ts';

/** The part of `order` that a batch reads: [0, first + rows). */
const order = (first: number, rows: number): OperandSpec =>
  optional(read('order', (d) => at(d, first) + at(d, rows), 'i32'));

function gather<N extends string>(name: N, type: ElementType, ...extra: OperandSpec[]): OpSpec<N> {
  return {
    name,
    operands: [read('x', product(1, 2), type), order(3, 0), ...extra, write('out', matrix(0, 4))],
    dims: ['rows', 'sourceRows', 'columns', 'first', 'ld'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * at(d, 2),
  };
}

/** A loss (with its gradient) or a metric of predictions z against targets, row by row. */
function perRow<N extends string>(
  name: N,
  kind: 'labels' | 'targets',
  result: 'loss' | 'values',
  weight: number,
  extraDims: string[] = [],
): OpSpec<N> {
  const target = kind === 'labels' ? read('labels', dim(1), 'i32') : read('targets', product(1, 2));
  const outputs =
    result === 'loss' ? [write('loss', dim(0)), optional(write('gradient', matrix(0, 4)))] : [write('values', dim(0))];
  return {
    name,
    operands: [read('z', matrix(0, 4)), target, order(3, 0), ...outputs],
    dims: ['rows', 'sourceRows', 'columns', 'first', 'ld', ...extraDims],
    units: dim(0),
    work: (d) => weight * at(d, 0) * pad(at(d, 2)),
  };
}

/** An op over n floats and the scalar of that name. */
const withScalar = <N extends string>(name: N, scalar: string): OpSpec<N> => ({
  name,
  operands: [read('x', dim(0)), read(scalar, one), write('out', dim(0))],
  dims: ['n'],
  units: (d) => Math.ceil(at(d, 0) / 16),
  work: (d) => 16 * at(d, 0),
});

const plain = [
  gather('gatherFloats', 'f32'),
  gather(
    'gatherBytes',
    'u8',
    read('table', () => 259),
  ),
  {
    name: 'copyRows',
    operands: [read('x', matrix(0, 3)), write('out', (d) => (at(d, 2) + at(d, 0)) * at(d, 1))],
    dims: ['rows', 'columns', 'first', 'ld'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * at(d, 1),
  },
  {
    name: 'dense',
    operands: [
      read('x', matrix(0, 3)),
      read('kernel', panels(1, 2)),
      optional(read('bias', padded(2))),
      write('out', matrix(0, 4)),
    ],
    dims: ['rows', 'inputs', 'outputs', 'ldx', 'ld', 'activation'],
    units: (d) => tiles(at(d, 0), at(d, 2)),
    work: (d) => 2 * at(d, 0) * at(d, 1) * pad(at(d, 2)),
  },
  {
    name: 'denseInputGradient',
    operands: [
      read('dy', matrix(0, 3)),
      read('kernel', panels(1, 2)),
      optional(read('y', matrix(0, 4))),
      write('out', matrix(0, 4)),
    ],
    dims: ['rows', 'inputs', 'outputs', 'ldy', 'ld', 'activation'],
    units: (d) => tiles(at(d, 0), at(d, 1)),
    work: (d) => 2 * at(d, 0) * pad(at(d, 1)) * at(d, 2),
  },
  {
    name: 'denseKernelGradient',
    operands: [read('x', matrix(0, 3)), read('dy', matrix(0, 4)), write('out', panels(1, 2))],
    dims: ['rows', 'inputs', 'outputs', 'ldx', 'ldy'],
    units: (d) => tiles(at(d, 1), at(d, 2)),
    work: (d) => 2 * at(d, 0) * at(d, 1) * pad(at(d, 2)),
  },
  {
    name: 'columnSums',
    operands: [read('dy', matrix(0, 2)), write('out', padded(1))],
    dims: ['rows', 'columns', 'ldy'],
    units: (d) => pad(at(d, 1)) / 16,
    work: (d) => 4 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'activate',
    operands: [read('x', matrix(0, 2)), write('out', matrix(0, 2))],
    dims: ['rows', 'columns', 'ld', 'activation'],
    units: dim(0),
    work: (d) => 64 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'activateGradient',
    operands: [read('y', matrix(0, 2)), read('dy', matrix(0, 2)), write('out', matrix(0, 2))],
    dims: ['rows', 'columns', 'ld', 'activation'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'softmax',
    operands: [read('x', matrix(0, 2)), write('out', matrix(0, 2))],
    dims: ['rows', 'columns', 'ld'],
    units: dim(0),
    work: (d) => 128 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'softmaxGradient',
    operands: [read('y', matrix(0, 2)), read('dy', matrix(0, 2)), write('out', matrix(0, 2))],
    dims: ['rows', 'columns', 'ld'],
    units: dim(0),
    work: (d) => 32 * at(d, 0) * pad(at(d, 1)),
  },
  perRow('sparseSoftmaxCrossentropy', 'labels', 'loss', 128),
  perRow('softmaxCrossentropy', 'targets', 'loss', 160),
  perRow('sigmoidCrossentropy', 'targets', 'loss', 256),
  perRow('meanSquaredError', 'targets', 'loss', 32),
  perRow('sparseAccuracy', 'labels', 'values', 64),
  perRow('categoricalAccuracy', 'targets', 'values', 96),
  perRow('binaryAccuracy', 'targets', 'values', 32, ['logits']),
  perRow('squaredError', 'targets', 'values', 16),
  perRow('absoluteError', 'targets', 'values', 16),
  {
    name: 'addToTotal',
    operands: [read('values', dim(0)), update('total', one, 'f64')],
    dims: ['rows'],
    units: one,
    work: (d) => 256 * at(d, 0),
  },
  {
    name: 'shuffle',
    operands: [write('order', dim(0), 'i32')],
    dims: ['n', 'seedLow', 'seedHigh', 'epoch'],
    units: one,
    work: (d) => 1024 * at(d, 0),
  },
  {
    name: 'gemm',
    operands: [read('a', product(0, 2)), read('b', product(2, 1)), update('c', product(0, 1))],
    dims: ['m', 'n', 'k', 'transposeA', 'transposeB', 'accumulate'],
    units: (d) => tiles(at(d, 0), at(d, 1)),
    work: (d) => 2 * at(d, 0) * at(d, 1) * at(d, 2),
  },
  {
    name: 'gradientNorm',
    operands: [read('x', product(0, 2)), write('partials', (d) => 2 * normBlocks(at(d, 0), at(d, 1)))],
    dims: ['rows', 'columns', 'width', 'panelled', 'kind'],
    units: (d) => normBlocks(at(d, 0), at(d, 1)),
    work: (d) => 16 * at(d, 0) * at(d, 1),
  },
  {
    name: 'clipScale',
    operands: [read('partials', (d) => 2 * at(d, 0)), read('limit', () => 2), write('scale', one)],
    dims: ['blocks', 'kind', 'count'],
    units: one,
    work: (d) => 256 * at(d, 0),
  },
  withScalar('scaleGradient', 'scale'),
  withScalar('clipValues', 'limit'),
  {
    name: 'adaptiveClip',
    operands: [
      read('parameter', product(0, 2)),
      read('x', product(0, 2)),
      read('limit', () => 2),
      write('out', product(0, 2)),
    ],
    dims: ['rows', 'columns', 'width', 'panelled'],
    units: (d) => Math.ceil(at(d, 1) / 16),
    work: (d) => 64 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'accumulateGradient',
    operands: [read('x', dim(0)), read('held', one), update('sum', dim(0))],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 16 * at(d, 0),
  },
  withScalar('divideGradient', 'divisor'),
  {
    name: 'countBatch',
    operands: [update('window', one), read('scale', one), write('gate', () => 2)],
    dims: ['batches'],
    units: one,
    work: one,
  },
  {
    name: 'judgeStep',
    operands: [
      read('partials', (d) => 2 * at(d, 0)),
      optional(read('last', one)),
      optional(read('factors', () => 2)),
      optional(update('scaling', () => 2)),
      write('verdict', () => 2),
    ],
    dims: ['blocks', 'interval'],
    units: one,
    work: (d) => 256 * at(d, 0),
  },
  {
    name: 'scaleRows',
    operands: [read('x', matrix(0, 2)), read('scale', one), write('out', matrix(0, 2))],
    dims: ['rows', 'columns', 'ld'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * pad(at(d, 1)),
  },
  {
    name: 'averageWeights',
    operands: [update('average', dim(0)), read('parameter', dim(0)), read('weights', () => 2)],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 24 * at(d, 0),
  },
  {
    name: 'interpolate',
    operands: [read('x', dim(0)), read('y', dim(0)), read('weight', one), write('out', dim(0))],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 24 * at(d, 0),
  },
  {
    name: 'addNoise',
    operands: [read('x', product(0, 2)), read('noise', () => 3), write('out', product(0, 2))],
    dims: ['rows', 'columns', 'width', 'panelled', 'seedLow', 'seedHigh', 'parameter'],
    units: (d) => Math.ceil((at(d, 0) * at(d, 1)) / 16),
    work: (d) => 4096 * at(d, 0) * at(d, 1),
  },
  {
    name: 'centralize',
    operands: [read('x', product(0, 2)), write('out', product(0, 2))],
    dims: ['rows', 'columns', 'width', 'panelled'],
    units: (d) => Math.ceil(at(d, 1) / 16),
    work: (d) => 32 * at(d, 0) * pad(at(d, 1)),
  },
] as const satisfies readonly OpSpec[];

export const ops = [
  ...plain,
  ...matrixOps,
  ...smallOps,
  ...ascentOps,
  ...normOps,
  ...ruleOps,
  ...optimizerOps,
  ...denseOptimizerOps,
] as const;

export type OpName = (typeof ops)[number]['name'];

const byName: ReadonlyMap<string, OpSpec> = new Map(ops.map((op) => [op.name, op]));

/** The row of the table for an op. */
export function opNamed(name: OpName): OpSpec {
  return byName.get(name) as OpSpec;
}
