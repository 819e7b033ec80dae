/**
 * What optimizers do with whole matrices around their products. Those of theirs are row-major; parameters and gradients lie as the dims
 * `width` and `panelled` say.
 */
import { at, dim, type OpSpec, one, product, read, update, write } from './op-spec.ts';

/** Floats of room for two matrices of float64 and four vectors, wherever they begin. */
const room = write('room', (d) => 4 * at(d, 0) * at(d, 0) + 8 * at(d, 0) + 2);
const volume = (d: readonly number[]): number => at(d, 0) * at(d, 1) * at(d, 2);
const hyper = (count: number) => read('hyper', () => count);
const cube = (d: readonly number[]): number => 64 * at(d, 0) * at(d, 0) * at(d, 0);

export const matrixOps = [
  {
    name: 'matrixMoment',
    operands: [
      read('parameter', product(0, 2)),
      read('gradient', product(0, 2)),
      update('mean', product(0, 1)),
      write('out', product(0, 1)),
      hyper(5),
    ],
    dims: ['rows', 'columns', 'width', 'panelled'],
    units: dim(0),
    work: (d) => 32 * at(d, 0) * at(d, 1),
  },
  {
    name: 'matrixStep',
    operands: [update('parameter', product(0, 2)), read('direction', product(0, 1)), hyper(2)],
    dims: ['rows', 'columns', 'width', 'panelled', 'scaling'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * at(d, 1),
  },
  {
    name: 'blendSquare',
    operands: [update('x', product(0, 0)), read('y', product(0, 0)), hyper(3)],
    dims: ['n'],
    units: dim(0),
    work: (d) => 16 * at(d, 0) * at(d, 0),
  },
  {
    name: 'normScale',
    operands: [read('partials', (d) => 2 * at(d, 0)), read('limit', () => 2), write('scale', one)],
    dims: ['blocks', 'count'],
    units: one,
    work: (d) => 256 * at(d, 0),
  },
  {
    name: 'soapDirection',
    operands: [update('mean', dim(0)), read('gradient', dim(0)), update('expAvgSq', dim(0)), hyper(4)],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 32 * at(d, 0),
  },
  {
    name: 'reorder',
    operands: [update('values', volume), read('order', dim(1)), write('room', volume), read('mode', one)],
    dims: ['before', 'n', 'after'],
    units: one,
    work: volume,
  },
  {
    name: 'inverseRoot',
    operands: [read('factor', product(0, 0)), update('root', product(0, 0)), room, hyper(3)],
    dims: ['n', 'order'],
    units: one,
    work: cube,
  },
  {
    name: 'eigenbasis',
    operands: [
      read('factor', product(0, 0)),
      update('basis', product(0, 0)),
      write('order', dim(0)),
      room,
      read('mode', one),
    ],
    dims: ['n'],
    units: one,
    work: cube,
  },
] as const satisfies readonly OpSpec[];
