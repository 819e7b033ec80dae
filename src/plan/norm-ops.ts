/** Ops that reduce tensors to what optimizers scale their steps by: norms, means of rows and columns, products. */
import {
  at,
  type Dims,
  dim,
  normBlocks,
  type OperandSpec,
  type OpSpec,
  one,
  optional,
  product,
  read,
  update,
  write,
} from './op-spec.ts';

/** Partial results, two floats each. */
const partials = (name: string): OperandSpec => read(name, (d) => 2 * at(d, 0));
const blocks = (d: Dims): number => normBlocks(at(d, 0), at(d, 1));
const columnGroups = (d: Dims): number => Math.ceil(at(d, 1) / 16);

/** An op over a matrix that lies as dims say. */
function overMatrix<N extends string>(
  name: N,
  operands: OperandSpec[],
  extraDims: string[],
  units: (d: Dims) => number,
  weight: number,
): OpSpec<N> {
  return {
    name,
    operands,
    dims: ['rows', 'columns', 'width', 'panelled', ...extraDims],
    units,
    work: (d) => weight * at(d, 0) * at(d, 1),
  };
}

/** An op that one thread does, on numbers that are few. */
const scalars = <N extends string>(
  name: N,
  operands: OperandSpec[],
  dims: string[],
  work: (d: Dims) => number,
): OpSpec<N> => ({ name, operands, dims, units: one, work });

/** So many scalars, and as many again as a dim says. */
const and = (n: number, i: number) => (d: Dims) => n + at(d, i);
const matrix = product(0, 2);
const three = () => 3;
const distanceHyper = () => 13;

export const normOps = [
  scalars(
    'trustRatio',
    [partials('parameterPartials'), partials('partials'), read('hyper', and(4, 1)), write('out', and(1, 1))],
    ['blocks', 'rest'],
    (d) => 512 * at(d, 0),
  ),
  scalars(
    'normAverage',
    [partials('partials'), update('average', one), read('hyper', and(3, 1)), write('out', and(1, 1))],
    ['blocks', 'rest'],
    (d) => 256 * at(d, 0),
  ),
  overMatrix('rowMoments', [read('x', matrix), update('rowVar', dim(0)), read('hyper', three)], [], dim(0), 16),
  overMatrix(
    'columnMoments',
    [read('x', matrix), update('colVar', product(1, 4)), read('hyper', three)],
    ['matrices'],
    (d) => at(d, 4) * columnGroups(d),
    16,
  ),
  {
    name: 'rowMean',
    operands: [read('rowVar', dim(0)), read('least', one), write('out', dim(1))],
    dims: ['rows', 'matrices'],
    units: dim(1),
    work: (d) => 256 * at(d, 0),
  },
  overMatrix(
    'factoredUpdate',
    [
      read('x', matrix),
      read('rowVar', dim(0)),
      read('colVar', product(1, 4)),
      read('mean', dim(4)),
      optional(write('variance', matrix)),
      read('least', one),
      write('out', matrix),
    ],
    ['matrices'],
    blocks,
    32,
  ),
  scalars(
    'factoredScale',
    [partials('parameterPartials'), partials('partials'), read('hyper', and(4, 2)), write('out', and(1, 2))],
    ['blocks', 'count', 'rest'],
    (d) => 512 * at(d, 0),
  ),
  overMatrix('coverColumns', [read('accumulator', dim(1)), write('cover', matrix)], [], blocks, 8),
  overMatrix('coverRows', [read('accumulator', dim(5)), update('cover', matrix)], ['inner', 'size'], blocks, 16),
  overMatrix('maximumColumns', [read('cover', matrix), update('accumulator', dim(1))], ['keep'], columnGroups, 16),
  overMatrix(
    'maximumRows',
    [read('cover', matrix), update('accumulator', dim(5))],
    ['inner', 'size', 'keep'],
    dim(5),
    16,
  ),
  overMatrix(
    'productSums',
    [
      read('x', matrix),
      read('y', matrix),
      read('z', matrix),
      read('epsilon', one),
      write('partials', (d) => 2 * blocks(d)),
    ],
    ['kind'],
    blocks,
    64,
  ),
  {
    name: 'keepFirst',
    operands: [read('parameter', dim(0)), update('kept', dim(0))],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 8 * at(d, 0),
  },
  scalars('distanceRates', [read('d', one), read('hyper', distanceHyper), write('out', () => 6)], ['kind'], () => 256),
  scalars(
    'prodigyDistance',
    [
      partials('products'),
      partials('sums'),
      ...['d', 'dMax', 'dHat', 'dNumerator', 'dDenom'].map((name) => update(name, one)),
      read('hyper', distanceHyper),
      write('out', () => 4),
    ],
    ['blocks'],
    (d) => 512 * at(d, 0),
  ),
  scalars(
    'dadaptDistance',
    [
      partials('products'),
      partials('sums'),
      update('d', one),
      update('numeratorWeighted', one),
      read('hyper', distanceHyper),
      write('out', () => 4),
    ],
    ['blocks'],
    (d) => 512 * at(d, 0),
  ),
] as const satisfies readonly OpSpec[];
