/** The ops around other optimizers, beside the rows of `ops.ts`. */
import { at, dim, type OpSpec, one, optional, read, update, write } from './op-spec.ts';

const lines = (d: readonly number[]): number => Math.ceil(at(d, 0) / 16);
const work = (d: readonly number[]): number => 32 * at(d, 0);

export const ascentOps = [
  {
    name: 'scaleByWeight',
    operands: [read('parameter', dim(0)), read('x', dim(0)), read('eta', one), write('out', dim(0))],
    dims: ['n'],
    units: lines,
    work,
  },
  {
    name: 'ascentScale',
    operands: [read('partials', (d) => 2 * at(d, 0)), read('limit', () => 2), write('scale', one)],
    dims: ['blocks'],
    units: one,
    work: (d) => 256 * at(d, 0),
  },
  {
    name: 'ascend',
    operands: [
      update('parameter', dim(0)),
      read('x', dim(0)),
      read('scale', one),
      optional(read('eta', one)),
      write('kept', dim(0)),
    ],
    dims: ['n'],
    units: lines,
    work,
  },
  {
    name: 'pullBack',
    operands: [update('fast', dim(0)), optional(update('slow', dim(0))), read('scalars', () => 3)],
    dims: ['n'],
    units: lines,
    work,
  },
] as const satisfies readonly OpSpec[];
