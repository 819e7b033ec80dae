/** For every op of the table, dims to try it at: around widths of vectors, panels and blocks, and nothing at all. */
import type { OpName } from '#src/plan/ops.js';
import { ops, pad } from '#src/plan/ops.js';

const rows = [5, 1, 3, 0, 4, 17, 49];
const widths = [1, 2, 7, 10, 15, 16, 17, 31, 32, 33, 50, 65];

/** Pairs of a few rows and a width: every width, and every number of rows, at least once. */
const matrices = widths
  .map((width, i) => [rows[i % rows.length], width] as const)
  .concat([
    [97, 40],
    [4, 130],
  ]);
const ldOf = (width: number, i: number): number => pad(width) + 16 * (i % 2);
const ofRows = (extra: number[] = []): number[][] =>
  matrices.map(([n, width], i) => [n, n + 5 + i, width, i % 4, ldOf(width, i), ...extra]);
const perActivation = (dims: (activation: number) => number[][]): number[][] => [0, 1, 2, 3].flatMap(dims);
const products = matrices.map(([n, width], i) => [n, widths[(5 * i + 3) % widths.length], width] as const);
const blocked = [1, 7, 16, 100].flatMap((size) => [
  ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0, size]),
  ...matrices.map(([n, width]) => [n, width, pad(width), 1, size]),
]);
const flat = [0, 1, 2, 15, 16, 17, 31, 33, 100, 257].map((n) => [n]);

const partialCounts = [0, 1, 2, 7];
/** Matrices in rows and in panels, with the dims that `extra` gives for so many rows. */
const laid = (extra: (rows: number) => number[]): number[][] => [
  ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0, ...extra(n)]),
  ...matrices.map(([n, width]) => [n, width, pad(width), 1, ...extra(n)]),
  ...[1, 33, 4097].map((n) => [1, n, n, 0, ...extra(1)]),
  [66, 4100, 4112, 1, ...extra(66)],
];

const shapes: Partial<Record<OpName, number[][]>> = {
  copyRows: matrices.map(([n, width], i) => [n, width, i % 3, ldOf(width, i)]),
  dense: perActivation((a) => products.map(([n, k, m], i) => [n, k, m, ldOf(k, i), ldOf(m, i + 1), a])),
  denseInputGradient: perActivation((a) => products.map(([n, k, m], i) => [n, k, m, ldOf(m, i), ldOf(k, i + 1), a])),
  denseKernelGradient: products.map(([n, k, m], i) => [n, k, m, ldOf(k, i), ldOf(m, i + 1)]),
  columnSums: matrices.map(([n, width], i) => [n, width, ldOf(width, i)]),
  activate: perActivation((a) => matrices.map(([n, width], i) => [n, width, ldOf(width, i), a])),
  activateGradient: perActivation((a) => matrices.map(([n, width], i) => [n, width, ldOf(width, i), a])),
  softmax: matrices.map(([n, width], i) => [n, width, ldOf(width, i)]),
  softmaxGradient: matrices.map(([n, width], i) => [n, width, ldOf(width, i)]),
  binaryAccuracy: [0, 1].flatMap((logits) => ofRows([logits])),
  addToTotal: flat,
  shuffle: [1, 2, 3, 4, 5, 17, 1000].map((n, i) => [n, 4294967295 - i, i, [0, 1, 2147483647][i % 3]]),
  gradientNorm: [0, 1, 2].flatMap((kind) => [
    ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0, kind]),
    ...matrices.map(([n, width]) => [n, width, pad(width), 1, kind]),
    ...[1, 31, 33, 4095, 4097, 12289].map((n) => [1, n, n, 0, kind]),
    [66, 4100, 4112, 1, kind],
    [65, 1, 1, 0, kind],
  ]),
  clipScale: [0, 1, 2, 7].flatMap((blocks) =>
    [0, 1, 2].flatMap((kind) => [0, 3].map((count) => [blocks, kind, count])),
  ),
  scaleGradient: flat,
  scaleByWeight: flat,
  ascentScale: [0, 1, 2, 7].map((blocks) => [blocks]),
  ascend: flat,
  pullBack: flat,
  clipValues: flat,
  adaptiveClip: [
    ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0]),
    ...matrices.map(([n, width]) => [n, width, pad(width), 1]),
    [300, 1, 1, 0],
  ],
  accumulateGradient: flat,
  divideGradient: flat,
  countBatch: [[1], [2], [7]],
  judgeStep: [0, 1, 2, 7].flatMap((blocks) => [1, 3].map((interval) => [blocks, interval])),
  scaleRows: matrices.map(([n, width], i) => [n, width, ldOf(width, i)]),
  averageWeights: flat,
  interpolate: flat,
  addNoise: [
    ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0, 4294967295 - i, i, i]),
    ...matrices.map(([n, width], i) => [n, width, pad(width), 1, i, 0, 3]),
  ],
  centralize: [
    ...matrices.map(([n, width], i) => [n, width, width + (i % 3), 0]),
    ...matrices.map(([n, width]) => [n, width, pad(width), 1]),
    [300, 1, 1, 0],
  ],
  matrixMoment: laid(() => []),
  matrixStep: [0, 1, 2, 3, 4, 5].flatMap((scaling) => laid(() => [scaling])),
  blendSquare: flat.map(([n]) => [n % 100]),
  normScale: [0, 1, 2, 7].flatMap((blocks) => [0, 3].map((count) => [blocks, count])),
  soapDirection: flat,
  reorder: [
    [0, 3, 2],
    [1, 1, 1],
    [1, 7, 1],
    [1, 7, 5],
    [4, 9, 1],
    [3, 10, 4],
    [2, 0, 3],
  ],
  inverseRoot: [0, 1, 2, 3, 7, 8, 9, 17, 33].flatMap((n, i) => [
    [n, i],
    ...(n === 3
      ? [
          [3, 5],
          [3, 6],
        ]
      : []),
  ]),
  eigenbasis: [0, 1, 2, 3, 7, 8, 9, 17, 33].flatMap((n) => [[n], [n]]),
  trustRatio: partialCounts.map((blocks, i) => [blocks, i]),
  normAverage: partialCounts.map((blocks, i) => [blocks, i]),
  rowMoments: laid(() => []),
  columnMoments: [...laid(() => [1]), [12, 33, 33, 0, 3], [7, 5, 6, 0, 2], [2, 40, 40, 0, 5]],
  rowMean: [
    [0, 1],
    [1, 1],
    [17, 1],
    [100, 4],
    [7, 2],
    [4, 0],
  ],
  factoredUpdate: [...laid(() => [1]), [12, 33, 33, 0, 3], [7, 5, 6, 0, 2], [4, 3, 3, 0, 0]],
  factoredScale: partialCounts.map((blocks, i) => [blocks, 1 + 5 * i, i]),
  coverColumns: laid(() => []),
  coverRows: laid((n) => [1, n]).concat([
    [12, 5, 5, 0, 3, 4],
    [12, 17, 20, 0, 1, 3],
    [3, 2, 2, 0, 0, 3],
  ]),
  maximumColumns: [0, 1].flatMap((keep) => laid(() => [keep])),
  maximumRows: [0, 1].flatMap((keep) =>
    laid((n) => [1, n, keep]).concat([
      [12, 5, 5, 0, 3, 4, keep],
      [13, 17, 20, 0, 2, 3, keep],
      [3, 2, 2, 0, 0, 3, keep],
    ]),
  ),
  productSums: [0, 1].flatMap((kind) => laid(() => [kind])),
  keepFirst: flat,
  distanceRates: [[0], [1]],
  prodigyDistance: partialCounts.map((blocks) => [blocks]),
  dadaptDistance: partialCounts.map((blocks) => [blocks]),
  gemm: [...products, [5, 0, 3] as const, [0, 4, 3] as const, [50, 3, 70] as const].flatMap(([m, k, n]) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((way) => [m, n, k, way & 1, (way >> 1) & 1, way >> 2]),
  ),
};

/** The dims that an op is tried at, by its name. */
export const shapesOf = (name: OpName): number[][] => {
  const spec = ops.find((op) => op.name === name);
  if (name.endsWith('OfDense'))
    return [...products, [300, 20, 33]].map(([n, k, m], i) => [n, k, m, ldOf(k, i), ldOf(m, i + 1)]);
  if (/(Uint8|Bfloat16)$/.test(name)) return blocked;
  if (spec && 'hyper' in spec) return flat;
  return shapes[name] ?? ofRows();
};
