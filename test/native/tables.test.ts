import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTables } from '#src/kernels/native.js';
import { type OpSpec, ops } from '#src/plan/ops.js';
import { addon, built } from './plans.ts';

describe.skipIf(!built)('the table of ops in C++ and in TypeScript', () => {
  it('has the same rows', () => {
    expect(compareTables(JSON.parse(addon.ops()))).toBeUndefined();
  });

  it('notices a difference', () => {
    const changed = JSON.parse(addon.ops());
    changed[3].operands[2].optional = false;
    expect(compareTables(changed)).toMatch(/op 3 is not dense/);
  });

  const size = fc.oneof(fc.nat(100), fc.nat(2 ** 31 - 1), fc.maxSafeNat());
  for (const [number, spec] of (ops as readonly OpSpec[]).entries()) {
    it(`measures ${spec.name} alike`, () => {
      fc.assert(
        fc.property(fc.array(size, { minLength: spec.dims.length, maxLength: spec.dims.length }), (dims) => {
          const ours = [...spec.operands.map((operand) => operand.extent(dims)), spec.units(dims), spec.work(dims)];
          expect([...addon.measure(number, Float64Array.from(dims))]).toEqual(ours);
        }),
      );
    });
  }
});
