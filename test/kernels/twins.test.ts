/** Every op gives the same bits in TypeScript and on every instruction set, with any number of threads, at any alignment. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { type Kernels, kernels } from '#src/kernels/index.js';
import { loadAddon } from '#src/kernels/native.js';
import { type OpName, type OpSpec, opNamed, ops, pad } from '#src/plan/ops.js';
import { expectSameBits } from '../support/bits.js';
import { type Case, type Numbers, operandsOf, realElements, type Temper } from '../support/operands.js';
import { shapesOf } from '../support/shapes.js';

const { addon } = loadAddon();
const isas = addon?.info().isas ?? [];
const tempers: readonly Temper[] = ['tame', 'ties', 'zeros', 'wild'];

/** What a case leaves in the operands that are written, padding left out. */
function resultsOf(which: Case, run: (operands: (Numbers | null)[]) => void): Numbers[] {
  const spec: OpSpec = opNamed(which.op);
  const operands = operandsOf(which);
  run(operands);
  return spec.operands.flatMap((operand, i) => {
    const array = operands[i];
    if (array === null || operand.access === 'read') return [];
    const real = realElements(spec, operand, which.dims);
    return [
      (array.filter as (keep: (value: number, index: number) => boolean) => Numbers).call(array, (_, index) =>
        real(index),
      ),
    ];
  });
}

function casesOf(op: OpName): Case[] {
  return shapesOf(op).flatMap((dims, i) =>
    tempers.map((temper, t) => ({
      op,
      dims,
      temper,
      sparse: (i + t) % 2 === 1,
      shift: (i + 2 * t) % 5,
      seed: 1000 * i + t,
    })),
  );
}

const named = ({ op, dims, temper, shift, seed }: Case): string =>
  `${op}(${dims.join(', ')}), ${temper}, shift ${shift}, seed ${seed}`;

describe.skipIf(addon === null)('the twins', () => {
  let before: number;
  beforeAll(() => {
    before = addon?.setThreadingThreshold(0) ?? 0;
  });
  afterAll(() => setThreadingThreshold(before));

  test('scalar is always among the instruction sets', () => expect(isas).toContain('scalar'));

  test('a sum of nothing but −0 is +0 where a lane is empty, on all of them', () => {
    for (let n = 1; n <= 40; n++) {
      const ld = pad(n);
      const gradient = (of: Kernels): Float32Array => {
        const out = new Float32Array(ld);
        of.run('softmaxGradient', [new Float32Array(ld).fill(1), new Float32Array(ld).fill(-0), out], [1, n, ld]);
        return out.subarray(0, n);
      };
      // −0 − (+0) is −0, −0 − (−0) is +0: only 16 or 32 values leave no lane with a +0 in it.
      const expected = new Float32Array(n).fill(n % 16 === 0 ? 0 : -0);
      for (const of of [kernels('reference'), ...isas.map((isa) => kernels('native', { isa: isa as 'scalar' }))]) {
        expectSameBits(gradient(of), expected, `${n} columns on ${of.isa}`);
      }
    }
  });

  describe.each(ops.map(({ name }) => name))('%s', (op) => {
    const cases = casesOf(op);
    const expected = new Map<Case, Numbers[]>();
    beforeAll(() => {
      for (const which of cases) {
        expected.set(
          which,
          resultsOf(which, (operands) => kernels('reference').run(op, operands, which.dims)),
        );
      }
    });

    test.each(isas)('on %s', (isa) => {
      for (const threads of [1, 2, 3]) {
        const native = kernels('native', { isa: isa as 'scalar', threads });
        for (const which of cases) {
          const actual = resultsOf(which, (operands) => native.run(op, operands, which.dims));
          for (const [i, array] of actual.entries()) {
            expectSameBits(
              array,
              expected.get(which)?.[i] as Numbers,
              `${named(which)} on ${isa}, ${threads} threads: result ${i}`,
            );
          }
        }
      }
    });
  });
});
