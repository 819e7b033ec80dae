/**
 * The table of ops: what a plan can consist of. Each row names an op's operands and dims and says how many elements each
 * operand spans. `native/plan/ops.h` holds the same table; a test compares the two. What an op computes is defined in
 * docs/definitions.md.
 */

export type ElementType = 'f32' | 'f64' | 'i32' | 'u8';
export type Access = 'read' | 'write' | 'update';
/** An op's dims, by position. */
export type Dims = readonly number[];

export interface OperandSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly access: Access;
  /** May be absent from a plan. */
  readonly optional?: true;
  /** How many elements the op may touch, counted from the operand's start. */
  readonly extent: (dims: Dims) => number;
}

export interface OpSpec<Name extends string = string> {
  readonly name: Name;
  readonly operands: readonly OperandSpec[];
  readonly dims: readonly string[];
  /** Into how many independent units the op divides. */
  readonly units: (dims: Dims) => number;
  /** How much work the op is, in floating-point operations of a matrix product (about 4 ps each). */
  readonly work: (dims: Dims) => number;
  /** For optimizers: what each scalar in the operand `hyper` is, in order. */
  readonly hyper?: readonly string[];
}

/** n rounded up to a multiple of 16: the lanes of one padded row. */
export const pad = (n: number): number => Math.ceil(n / 16) * 16;

export const ROW_BLOCK = 48;
export const PANEL = 32;
/** The number of units of a matrix product whose output is rows × columns. */
export const tiles = (rows: number, columns: number): number =>
  Math.ceil(rows / ROW_BLOCK) * Math.ceil(columns / PANEL);

/** Of a gradient: how many blocks of 64 rows and 4096 columns, each of which has a partial result of its norm. */
export const normBlocks = (rows: number, columns: number): number => Math.ceil(rows / 64) * Math.ceil(columns / 4096);

const read = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'read',
  extent,
});
const write = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'write',
  extent,
});
const update = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'update',
  extent,
});
const optional = (spec: OperandSpec): OperandSpec => ({ ...spec, optional: true });

const at = (d: Dims, i: number): number => d[i];
/** rows × ld, both given by their position among the dims. */
const matrix = (rows: number, ld: number) => (d: Dims) => at(d, rows) * at(d, ld);
const panels = (inputs: number, outputs: number) => (d: Dims) => at(d, inputs) * pad(at(d, outputs));
const padded = (n: number) => (d: Dims) => pad(at(d, n));
const product = (a: number, b: number) => (d: Dims) => at(d, a) * at(d, b);
const dim = (i: number) => (d: Dims) => at(d, i);
const one = () => 1;
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

/** An element-wise optimizer step over n elements. */
function optimizer<N extends string>(name: N, states: readonly string[], hyper: readonly string[]): OpSpec<N> {
  return {
    name,
    operands: [
      update('parameter', dim(0)),
      read('gradient', dim(0)),
      ...states.map((s) => update(s, dim(0))),
      read('hyper', () => hyper.length),
    ],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 16 * (1 + states.length) * at(d, 0),
    hyper,
  };
}

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
] as const satisfies readonly OpSpec[];

const optimizers = [
  optimizer('sgd', [], ['learningRate', 'weightDecay']),
  optimizer('sgdMomentum', ['momentumBuffer'], ['learningRate', 'weightDecay', 'momentum', 'oneMinusDampening']),
  optimizer(
    'sgdNesterov',
    ['momentumBuffer'],
    ['learningRate', 'weightDecay', 'momentum', 'oneMinusDampening', 'lookahead'],
  ),
  optimizer(
    'adam',
    ['expAvg', 'expAvgSq'],
    ['beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'rate', 'rootScale', 'epsilon', 'weightDecay'],
  ),
  optimizer(
    'adamAmsgrad',
    ['expAvg', 'expAvgSq', 'maxExpAvgSq'],
    ['beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'rate', 'rootScale', 'epsilon', 'weightDecay'],
  ),
  optimizer(
    'yogi',
    ['expAvg', 'expAvgSq'],
    ['beta1', 'oneMinusBeta1', 'oneMinusBeta2', 'rate', 'rootScale', 'epsilon', 'weightDecay', 'decay'],
  ),
  optimizer(
    'adadelta',
    ['squareAvg', 'accDelta'],
    ['rho', 'oneMinusRho', 'epsilon', 'learningRate', 'weightDecay', 'decay'],
  ),
  optimizer('adagrad', ['sum'], ['rate', 'innerEpsilon', 'outerEpsilon', 'weightDecay', 'decay']),
  optimizer(
    'adamax',
    ['expAvg', 'expInf'],
    ['beta1', 'oneMinusBeta1', 'beta2', 'rate', 'innerEpsilon', 'outerEpsilon', 'weightDecay', 'decay'],
  ),
  optimizer(
    'adamw',
    ['expAvg', 'expAvgSq'],
    ['beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'rate', 'rootScale', 'epsilon', 'decay'],
  ),
  optimizer(
    'adamwAmsgrad',
    ['expAvg', 'expAvgSq', 'maxExpAvgSq'],
    ['beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'rate', 'rootScale', 'epsilon', 'decay'],
  ),
  optimizer(
    'nadam',
    ['expAvg', 'expAvgSq'],
    [
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'meanRate',
      'gradientRate',
      'rootScale',
      'epsilon',
      'weightDecay',
      'decay',
    ],
  ),
  optimizer(
    'radam',
    ['expAvg', 'expAvgSq'],
    [
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'rate',
      'rootScale',
      'epsilon',
      'rectified',
      'weightDecay',
      'decay',
    ],
  ),
  optimizer(
    'rmsprop',
    ['squareAvg'],
    ['alpha', 'oneMinusAlpha', 'rate', 'innerEpsilon', 'outerEpsilon', 'weightDecay', 'decay'],
  ),
  optimizer(
    'rmspropCentered',
    ['squareAvg', 'gradAvg'],
    ['alpha', 'oneMinusAlpha', 'rate', 'innerEpsilon', 'outerEpsilon', 'weightDecay', 'decay'],
  ),
  optimizer(
    'rmspropMomentum',
    ['squareAvg', 'momentumBuffer'],
    [
      'alpha',
      'oneMinusAlpha',
      'rate',
      'innerEpsilon',
      'outerEpsilon',
      'weightDecay',
      'decay',
      'momentum',
      'learningRate',
    ],
  ),
  optimizer(
    'rmspropCenteredMomentum',
    ['squareAvg', 'gradAvg', 'momentumBuffer'],
    [
      'alpha',
      'oneMinusAlpha',
      'rate',
      'innerEpsilon',
      'outerEpsilon',
      'weightDecay',
      'decay',
      'momentum',
      'learningRate',
    ],
  ),
  optimizer(
    'rprop',
    ['prev', 'stepSize'],
    ['learningRate', 'first', 'etaMinus', 'etaPlus', 'stepMin', 'stepMax', 'weightDecay'],
  ),
  optimizer('sgdVelocity', ['velocity'], ['learningRate', 'momentum', 'decay']),
  optimizer('sgdVelocityNesterov', ['velocity'], ['learningRate', 'momentum', 'decay']),
  optimizer(
    'adabelief',
    ['expAvg', 'expAvgVar'],
    [
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'rate',
      'rootScale',
      'epsilon',
      'epsilonRoot',
      'weightDecay',
      'decay',
    ],
  ),
  optimizer(
    'adabeliefAmsgrad',
    ['expAvg', 'expAvgVar', 'maxExpAvgVar'],
    [
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'rate',
      'rootScale',
      'epsilon',
      'epsilonRoot',
      'weightDecay',
      'decay',
    ],
  ),
  optimizer(
    'adan',
    ['expAvg', 'expAvgSq', 'expAvgDiff', 'negPrevGrad'],
    [
      'first',
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'beta3',
      'oneMinusBeta3',
      'rate',
      'differenceRate',
      'rootScale',
      'epsilon',
      'decay',
      'proximal',
    ],
  ),
  optimizer(
    'ademamix',
    ['expAvg', 'expAvgSq', 'expAvgSlow'],
    [
      'beta1',
      'oneMinusBeta1',
      'beta2',
      'oneMinusBeta2',
      'beta3',
      'oneMinusBeta3',
      'rate',
      'slowRate',
      'rootScale',
      'epsilon',
      'weightDecay',
      'decay',
    ],
  ),
  optimizer(
    'adopt',
    ['expAvg', 'expAvgSq'],
    ['learningRate', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'epsilon', 'limit', 'weightDecay', 'decay'],
  ),
  optimizer('asgd', ['ax'], ['eta', 'mu', 'weightDecay', 'decay']),
  optimizer('ftrl', ['accumulator', 'linear'], ['power', 'inverseRate', 'l1', 'ridge', 'shrinkage', 'decay']),
  optimizer('lion', ['expAvg'], ['learningRate', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'decay']),
  optimizer(
    'scheduleFreeAdamW',
    ['z', 'expAvgSq'],
    [
      'first',
      'beta2',
      'oneMinusBeta2',
      'rootScale',
      'epsilon',
      'weightDecay',
      'decay',
      'average',
      'learningRate',
      'stepRate',
    ],
  ),
  optimizer('scheduleFreeSGD', ['z'], ['first', 'weightDecay', 'average', 'learningRate', 'stepRate']),
  optimizer('signSgd', [], ['learningRate', 'weightDecay', 'decay']),
  optimizer('signum', ['momentumBuffer'], ['learningRate', 'momentum', 'oneMinusMomentum', 'weightDecay', 'decay']),
  optimizer(
    'sophiaG',
    ['expAvg', 'hessian'],
    ['estimate', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'learningRate', 'scale', 'epsilon', 'decay'],
  ),
] as const satisfies readonly OpSpec[];

export type OptimizerOp = (typeof optimizers)[number]['name'];

/** The gradient of a dense layer's kernel and, while it is in the cache, the optimizer's step with it. */
function ofDense<N extends OptimizerOp>({ name, operands, hyper }: OpSpec<N>): OpSpec<`${N}OfDense`> {
  const [parameter, , ...rest] = operands;
  const states = rest.slice(0, -1);
  const gradient = [read('x', matrix(0, 3)), read('dy', matrix(0, 4)), write('gradient', panels(1, 2))];
  return {
    name: `${name}OfDense`,
    operands: [...gradient, ...[parameter, ...states].map((o) => update(o.name, panels(1, 2))), rest[states.length]],
    dims: ['rows', 'inputs', 'outputs', 'ldx', 'ldy'],
    units: (d) => tiles(at(d, 1), at(d, 2)),
    work: (d) => 2 * at(d, 0) * at(d, 1) * pad(at(d, 2)),
    ...(hyper && { hyper }),
  };
}

export const ops = [...plain, ...optimizers, ...optimizers.map((spec) => ofDense<OptimizerOp>(spec))] as const;

export type OpName = (typeof ops)[number]['name'];

const byName: ReadonlyMap<string, OpSpec> = new Map(ops.map((op) => [op.name, op]));

/** The row of the table for an op. */
export function opNamed(name: OpName): OpSpec {
  return byName.get(name) as OpSpec;
}
