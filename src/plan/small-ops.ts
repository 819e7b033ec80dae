/** The ops of optimizers whose states are stored in few bits, beside the rows of `ops.ts`. */
import { at, type Dims, type OpSpec, product, read, update } from './op-spec.ts';

const elements = (d: Dims): number => at(d, 0) * at(d, 1);
const blocks = (d: Dims): number => Math.ceil(elements(d) / at(d, 4));
const words = (perWord: number) => (d: Dims) => Math.ceil(elements(d) / perWord);

function small<N extends string>(
  name: N,
  states: readonly string[],
  hyper: number,
  stored: (state: string) => ReturnType<typeof update>[],
): OpSpec<N> {
  return {
    name,
    operands: [
      update('parameter', product(0, 2)),
      read('gradient', product(0, 2)),
      ...states.flatMap(stored),
      read('hyper', () => hyper),
    ],
    dims: ['rows', 'columns', 'width', 'panelled', 'blockSize'],
    units: blocks,
    work: (d) => 512 * at(d, 0) * at(d, 1),
  };
}

const uint8 = <N extends string>(name: N, states: readonly string[], hyper: number): OpSpec<`${N}Uint8`> =>
  small(`${name}Uint8`, states, hyper, (state) => [
    update(`${state}Codes`, words(4)),
    update(`${state}Scales`, blocks),
  ]);
const bfloat16 = <N extends string>(name: N, states: readonly string[], hyper: number): OpSpec<`${N}Bfloat16`> =>
  small(`${name}Bfloat16`, states, hyper, (state) => [update(state, words(2))]);

const moments = ['expAvg', 'expAvgSq'];
const maxima = [...moments, 'maxExpAvgSq'];

export const smallOps = [
  uint8('adam', moments, 8),
  bfloat16('adam', moments, 8),
  uint8('adamAmsgrad', maxima, 8),
  bfloat16('adamAmsgrad', maxima, 8),
  uint8('adamw', moments, 8),
  bfloat16('adamw', moments, 8),
  uint8('adamwAmsgrad', maxima, 8),
  bfloat16('adamwAmsgrad', maxima, 8),
  uint8('lion', ['expAvg'], 6),
  bfloat16('lion', ['expAvg'], 6),
] as const satisfies readonly OpSpec[];
