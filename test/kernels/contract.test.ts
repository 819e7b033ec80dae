/** `plummet/kernels`: what it computes, and what it refuses, before anything is written. */
import { describe, expect, test } from 'vitest';
import { kernels, kernelsOf } from '#src/kernels/index.js';
import { compareTables, loadAddon } from '#src/kernels/native.js';
import { type OpSpec, ops } from '#src/plan/ops.js';
import { generator } from '../support/operands.js';

const { addon } = loadAddon();
const names = addon ? (['native', 'reference'] as const) : (['reference'] as const);

describe.each(names)('%s', (name) => {
  const { gemm, run } = kernels(name);

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('gemm multiplies row-major matrices, transposeA %s, transposeB %s', (transposeA, transposeB) => {
    const [m, n, k] = [3, 5, 7];
    const random = generator(5);
    const integers = (size: number) => Float32Array.from({ length: size }, () => Math.floor(random() * 19) - 9);
    const [a, b, c] = [integers(m * k), integers(k * n), integers(m * n)];
    const before = c.slice();
    const product = (i: number, j: number): number => {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j];
      return sum;
    };
    gemm({ m, n, k, a, b, c, transposeA, transposeB, accumulate: true });
    expect(Array.from(c)).toEqual(Array.from(before, (value, i) => value + product(Math.floor(i / n), i % n)));
    gemm({ m, n, k, a, b, c, transposeA, transposeB });
    expect(Array.from(c)).toEqual(Array.from(before, (_, i) => product(Math.floor(i / n), i % n)));
  });

  const floats = (n: number) => new Float32Array(n).fill(1);
  const good = () => ({ m: 2, n: 2, k: 2, a: floats(4), b: floats(4), c: floats(4) });
  const memory = floats(12);
  const detached = floats(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const resizable = new Float32Array(new ArrayBuffer(16, { maxByteLength: 32 }));

  test.each([
    ['nothing', undefined, 'ERR_PLUMMET_OPTION'],
    ['null', null, 'ERR_PLUMMET_OPTION'],
    ['an unknown option', { ...good(), alpha: 2 }, 'ERR_PLUMMET_OPTION'],
    ['NaN for a size', { ...good(), m: Number.NaN }, 'ERR_PLUMMET_OPTION'],
    ['a negative size', { ...good(), n: -1 }, 'ERR_PLUMMET_OPTION'],
    ['a fraction', { ...good(), k: 1.5 }, 'ERR_PLUMMET_OPTION'],
    ['a bigint', { ...good(), k: 2n }, 'ERR_PLUMMET_OPTION'],
    ['a symbol', { ...good(), k: Symbol('k') }, 'ERR_PLUMMET_OPTION'],
    ['a huge size', { ...good(), m: 2 ** 40 }, 'ERR_PLUMMET_SHAPE'],
    ['sizes whose product is not exact', { ...good(), m: 2 ** 52, n: 2 ** 52 }, 'ERR_PLUMMET_SHAPE'],
    ['a short array', { ...good(), b: floats(3) }, 'ERR_PLUMMET_SHAPE'],
    ['a plain array', { ...good(), a: [1, 2, 3, 4] }, 'ERR_PLUMMET_TYPE'],
    ['doubles', { ...good(), a: new Float64Array(4) }, 'ERR_PLUMMET_TYPE'],
    ['an impostor', { ...good(), a: Object.create(Float32Array.prototype) }, 'ERR_PLUMMET_TYPE'],
    ['a detached array', { ...good(), c: detached }, 'ERR_PLUMMET_DETACHED'],
    ['a resizable buffer', { ...good(), c: resizable }, 'ERR_PLUMMET_TYPE'],
    ['c on a', { ...good(), a: memory.subarray(0, 4), c: memory.subarray(0, 4) }, 'ERR_PLUMMET_OVERLAP'],
    ['c over b', { ...good(), b: memory.subarray(0, 4), c: memory.subarray(3, 7) }, 'ERR_PLUMMET_OVERLAP'],
    ['a flag that is a number', { ...good(), transposeA: 1 }, 'ERR_PLUMMET_OPTION'],
    [
      'a getter that throws',
      {
        ...good(),
        get a(): never {
          throw new Error('no');
        },
      },
      'ERR_PLUMMET_OPTION',
    ],
  ])('gemm refuses %s', (_, given, code) => {
    const c = (given as { c?: Float32Array } | undefined)?.c;
    const values = () => (c === undefined || c === detached ? [] : Array.from(c));
    const before = values();
    expect(() => gemm(given as Parameters<typeof gemm>[0])).toThrow(expect.objectContaining({ code }));
    expect(values()).toEqual(before);
  });

  test('an empty product leaves c as it is, or clears it', () => {
    const c = floats(4);
    gemm({ ...good(), k: 0, c, accumulate: true });
    expect(Array.from(c)).toEqual([1, 1, 1, 1]);
    gemm({ ...good(), k: 0, c });
    expect(Array.from(c)).toEqual([0, 0, 0, 0]);
    gemm({ ...good(), m: 0, c });
    expect(Array.from(c)).toEqual([0, 0, 0, 0]);
  });

  test('what only reads may share memory, and what begins at the same place may be in place where that is defined', () => {
    const a = floats(4);
    expect(() => gemm({ ...good(), a, b: a })).not.toThrow();
    const x = new Float32Array(16).fill(-1);
    run('activate', [x, x], [1, 10, 16, 1]);
    expect(Array.from(x.subarray(0, 10))).toEqual(new Array(10).fill(0));
    expect(() => run('columnSums', [x, x], [1, 10, 16])).toThrow(
      expect.objectContaining({ code: 'ERR_PLUMMET_OVERLAP' }),
    );
  });

  test('several executions in one call', () => {
    const parameters = [floats(3), floats(5)];
    const hyper = Float32Array.of(0.5, 0);
    run(
      'sgd',
      parameters.flatMap((parameter) => [parameter, floats(parameter.length), hyper]),
      [3, 5],
    );
    expect(parameters.map((parameter) => Array.from(parameter))).toEqual([
      new Array(3).fill(0.5),
      new Array(5).fill(0.5),
    ]);
  });

  test.each([
    ['an unknown op', 'sdg', [], [], 'ERR_PLUMMET_OPTION'],
    ['an op that is no string', 5, [], [], 'ERR_PLUMMET_OPTION'],
    ['operands that are no array', 'sgd', floats(3), [3], 'ERR_PLUMMET_TYPE'],
    ['too few operands', 'sgd', [floats(3)], [3], 'ERR_PLUMMET_SHAPE'],
    ['an absent operand', 'sgd', [floats(3), null, floats(2)], [3], 'ERR_PLUMMET_TYPE'],
    ['a leading dimension that is too small', 'softmax', [floats(64), floats(64)], [2, 17, 16], 'ERR_PLUMMET_SHAPE'],
    ['an activation that there is not', 'activate', [floats(64), floats(64)], [2, 16, 16, 4], 'ERR_PLUMMET_SHAPE'],
    ['a dim that is a string', 'sgd', [floats(3), floats(3), floats(2)], ['3'], 'ERR_PLUMMET_SHAPE'],
  ])('run refuses %s', (_, op, operands, dims, code) => {
    expect(() => run(op as 'sgd', operands as Float32Array[], dims as number[])).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test('rows and labels out of range', () => {
    const z = floats(32);
    const labels = Int32Array.of(0, 9);
    const accuracy = (order: Int32Array | null) =>
      run('sparseAccuracy', [z, labels, order, floats(2)], [2, 2, 3, 0, 16]);
    expect(() => accuracy(null)).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_LABEL' }));
    expect(() => accuracy(Int32Array.of(0, 2))).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_ROW' }));
    expect(() => accuracy(Int32Array.of(0, 0))).not.toThrow();
  });

  test('an array that lies about its own length is not believed', () => {
    const liar = floats(3);
    Object.defineProperty(liar, 'length', { value: 4 });
    expect(() => gemm({ ...good(), c: liar })).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_SHAPE' }));
  });
});

test('kernels and kernelsOf refuse what they do not know', () => {
  for (const call of [
    () => kernels('metal' as 'native'),
    () => kernelsOf('metal'),
    () => kernelsOf({ name: 'metal' }),
    () => kernelsOf(5),
    () => kernelsOf({ threads: 0 }),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }));
  }
  for (const call of [() => kernelsOf({ isa: 'mmx' }), () => kernels('reference', { isa: 'avx2' })]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_BACKEND' }));
  }
});

describe.skipIf(addon === null)('the two tables of ops', () => {
  test('are the same', () => {
    expect(compareTables(JSON.parse(addon?.ops() as string))).toBeUndefined();
  });

  test('a difference is seen', () => {
    const table = JSON.parse(addon?.ops() as string) as { name: string; operands: { type: string }[] }[];
    expect(compareTables(table.slice(1) as unknown as OpSpec[])).toMatch(/ops/);
    table[2].operands[0].type = 'i32';
    expect(compareTables(table as unknown as OpSpec[])).toContain('copyRows');
  });

  test('extents, units and work agree for many dims', () => {
    const random = generator(11);
    for (const [number, spec] of (ops as readonly OpSpec[]).entries()) {
      for (let i = 0; i < 20; i++) {
        const dims = spec.dims.map((name) => {
          if (name === 'activation') return i % 4;
          if (/^(logits|transposeA|transposeB|accumulate)$/.test(name)) return i % 2;
          return name.startsWith('ld') ? 16 * (8 + Math.floor(random() * 8)) : 1 + Math.floor(random() * 120);
        });
        const expected = [...spec.operands.map(({ extent }) => extent(dims)), spec.units(dims), spec.work(dims)];
        expect(Array.from(addon?.measure(number, Float64Array.from(dims)) as Float64Array), spec.name).toEqual(
          expected,
        );
      }
    }
  });
});
