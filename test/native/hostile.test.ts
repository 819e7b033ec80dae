import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { Numbers, PlanHandle } from '#src/kernels/addon.js';
import { ops } from '#src/plan/ops.js';
import {
  addon,
  bits,
  built,
  command,
  handles,
  type Line,
  opNumber,
  picker,
  run,
  shared,
  slots,
  training,
  words,
} from './plans.ts';

/** Passes anything where the types would not have it. */
const anything = (value: unknown) => value as never;
const codeOf = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code ?? 'no code'}: ${message}`;
  }
  return 'accepted';
};
const junk = [
  undefined,
  null,
  true,
  7,
  Number.NaN,
  '',
  'avx3',
  Symbol('s'),
  1n,
  {},
  [],
  () => 0,
  new Proxy([], {}),
  new DataView(new ArrayBuffer(8)),
  new Float32Array(3),
  new BigInt64Array(3),
  new Uint8ClampedArray(3),
];
const detached = (): Float32Array => {
  const array = new Float32Array(64);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};

describe.skipIf(!built)('hostile input to the addon', () => {
  const isa = built ? addon.info().isas[0] : '';
  const t = training(3, 5, 2, 10, 4, 2);

  describe('createPlan', () => {
    it.each(junk.filter((value) => typeof value !== 'string').map((value) => [value]))('refuses %o as isa', (value) => {
      expect(codeOf(() => addon.createPlan(anything(value), 1, words([])))).toMatch(
        /^ERR_PLUMMET_TYPE: createPlan: isa is /,
      );
    });
    it('refuses instruction sets that are not there', () => {
      for (const name of ['', 'avx3', 'scalar\0', 's'.repeat(1000), ...addon.info().unsupported]) {
        expect(codeOf(() => addon.createPlan(name, 1, words([])))).toMatch(
          /^ERR_PLUMMET_BACKEND: .* is not available here; there are: .*scalar/s,
        );
      }
    });
    it.each([0, -1, 1.5, 257, Number.NaN, Infinity, 2 ** 53])('refuses %d threads', (threads) => {
      expect(codeOf(() => addon.createPlan(isa, threads, words([])))).toMatch(
        /^ERR_PLUMMET_OPTION: createPlan: threads is .*, expected a whole number from 1 to 256/,
      );
    });
    it.each(junk.map((value) => [value]))('refuses %o as words', (value) => {
      expect(codeOf(() => addon.createPlan(isa, 1, anything(value)))).toMatch(/^ERR_PLUMMET_TYPE/);
    });

    const dense: Line = ['dense', [['scratch', 0], ['params', 0], null, ['scratch', 64]], [4, 3, 5, 16, 16, 0]];
    const changed = (at: number, value: number): Float64Array => words([dense]).with(at, value) as Float64Array;
    it.each([
      ['an op of another number', 0, ops.length, /there is no op/],
      ['an op that is no number', 0, Number.NaN, /there is no op NaN/],
      ['a space of another number', 1, 9, /operand x is in space 9; spaces have the numbers 0 to 8/],
      ['an operand that may not be absent', 1, -1, /operand x is absent/],
      ['a space of the wrong type', 3, 5, /operand kernel is of type f32, which space rows does not hold/],
      ['an output in the dataset', 7, 3, /operand out is written, but space x is only read/],
      ['a negative offset', 2, -16, /offset -16/],
      ['an offset that is NaN', 2, Number.NaN, /offset NaN/],
      ['negative rows', 9, -5, /rows is -5, expected a whole number/],
      ['rows that are NaN', 9, Number.NaN, /rows is NaN/],
      ['an epoch in the place of rows', 9, -2, /rows is -2/],
      ['rows of a batch in the place of inputs', 10, -1, /inputs is -1/],
      ['no outputs', 11, 0, /outputs is 0, expected a whole number from 1/],
      ['half an output', 11, 0.5, /outputs is 0.5/],
      ['a leading dimension below the padded columns', 13, 15, /ld is 15, but 5 outputs need at least 16/],
      ['an unknown activation', 14, 4, /activation is 4/],
    ])('refuses %s', (_, at, value, message) => {
      expect(codeOf(() => addon.createPlan(isa, 1, changed(at, value)))).toMatch(message);
      expect(codeOf(() => addon.createPlan(isa, 1, words([dense])))).toBe('accepted');
    });
    it.each([
      ['a condition in the dataset', [-2, 3, 0], /condition 0 is in space 3; expected state, scratch or scalars/],
      ['a condition in no space', [-2, Number.NaN, 0], /condition 0 is in space NaN/],
      ['a condition at a negative offset', [-2, 2, -1], /condition 0 has the offset -1, expected a whole number/],
      ['a condition at half an offset', [-2, 2, 0.5], /condition 0 has the offset 0.5/],
      ['four conditions', [-2, 2, 0, -2, 2, 0, -2, 2, 0, -2, 2, 0], /condition 3 is one too many/],
      ['advance among the parameters', [-3, 0, 0], /advance is in space 0/],
      ['advance in the table', [-3, 6, 0], /advance is in space scalars/],
      ['advance at an offset that is NaN', [-3, 2, Number.NaN], /advance has the offset NaN/],
      ['advance twice', [-3, 2, 0, -3, 2, 0], /there is no op -3/],
    ])('refuses %s', (_, before, message) => {
      const all = Float64Array.from([...before, ...words([dense])]);
      expect(codeOf(() => addon.createPlan(isa, 1, all))).toMatch(message);
      for (let n = 1; n < before.length; n++) {
        // What says how far a batch goes is a plan of no instructions.
        if (before[0] === -3 && n === 3) continue;
        expect(codeOf(() => addon.createPlan(isa, 1, all.slice(0, n)))).toMatch(/^ERR_PLUMMET_(SHAPE|OPTION): /);
      }
    });
    it('refuses words that end in the middle of an instruction', () => {
      const all = words([dense, dense]);
      for (let n = 1; n < all.length; n++) {
        if (n === all.length / 2) continue;
        expect(codeOf(() => addon.createPlan(isa, 1, all.slice(0, n)))).toMatch(
          /^ERR_PLUMMET_SHAPE: .*end in the middle/,
        );
      }
    });
    it('survives words at random', () => {
      const values = [
        0,
        1,
        2,
        3,
        5,
        8,
        16,
        21,
        27,
        -1,
        -2,
        -3,
        -4,
        -5,
        0.5,
        Number.NaN,
        Infinity,
        -Infinity,
        2 ** 53,
        1e300,
      ];
      const pick = picker(1);
      for (let i = 0; i < 20000; i++) {
        const list = Array.from({ length: i % 24 }, () => values[pick(values.length)]);
        expect(codeOf(() => addon.createPlan(isa, 1, Float64Array.from(list)))).toMatch(
          /^(accepted|ERR_PLUMMET_(OPTION|SHAPE|TYPE): )/,
        );
      }
    });
  });

  describe.each(['run', 'start'] as const)('%s', (name) => {
    const plan = built ? handles(t) : (null as never);
    const done = (): void => expect.unreachable('nothing was started');
    /** Getters stay getters. */
    const withCommand = (arrays: unknown, numbers: unknown): unknown => {
      if (!Array.isArray(arrays) || arrays.length === 0) return arrays;
      const { length: _, ...elements } = Object.getOwnPropertyDescriptors(arrays);
      const all: unknown[] = Object.defineProperties([], elements);
      if (!(slots.command in all)) all[slots.command] = numbers instanceof Float64Array ? command(numbers) : numbers;
      return all;
    };
    const call = (...given: unknown[]) =>
      codeOf(() => {
        // Not default values: undefined is among what is tried.
        const defaults = [null, t.numbers(), plan.train, plan.shuffle, plan.evaluate];
        const [arrays, numbers, train, shuffle, evaluate] = [...given, ...defaults.slice(given.length)];
        const all = withCommand(arrays, numbers);
        const prepared = addon.prepare(anything(train), anything(shuffle), anything(evaluate), anything(all));
        return name === 'run' ? prepared() : prepared(done);
      });
    let arrays: (Numbers | null)[] = [];
    let before = '';
    const fresh = (): (Numbers | null)[] => {
      arrays = t.arrays();
      before = bits(t, arrays);
      return arrays;
    };
    afterEach(() => {
      if (arrays.length > 0) expect(bits(t, arrays)).toBe(before); // nothing has run
      arrays = [];
    });

    it.each(junk.map((value) => [value]))('refuses %o as a plan', (value) => {
      expect(call(fresh(), t.numbers(), value)).toMatch(/^ERR_PLUMMET_TYPE: .*plan is not a plan made by createPlan/);
      if (value === null) return;
      expect(call(fresh(), t.numbers(), plan.train, value)).toMatch(
        /^ERR_PLUMMET_TYPE: .*shuffle is not a plan made by createPlan, nor null/,
      );
      expect(call(fresh(), t.numbers(), plan.train, null, value)).toMatch(
        /^ERR_PLUMMET_TYPE: .*evaluation is not a plan/,
      );
    });
    it('refuses what only looks like a plan', () => {
      for (const value of [Object.create(plan.train), new Proxy(plan.train, {}), { ...plan.train }]) {
        expect(call(fresh(), t.numbers(), value)).toMatch(/^ERR_PLUMMET_TYPE/);
      }
    });
    it.each(junk.map((value) => [value]))('refuses %o as arrays and as numbers', (value) => {
      expect(call(value)).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE)/);
      expect(call(fresh(), value)).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE)/);
    });
    it.each(Object.entries(slots))('refuses what is not the array %s', (_, slot) => {
      for (const value of junk) {
        if (value === null && slot === slots.history) continue;
        const all = fresh().slice();
        all[slot] = anything(value);
        if (value === null && (slot === slots.rows || slot === slots.output)) continue;
        expect(call(all), String(typeof value)).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE): /);
      }
    });
    it.each([
      'params',
      'state',
      'scratch',
      'totals',
      'x',
      'y',
      'rows',
      'scalars',
      'evaluationX',
      'evaluationY',
      'history',
      'control',
    ] as const)('refuses %s that is one element too short', (which) => {
      const unneeded: Record<string, number> = { scratch: 13 }; // the losses of 4 rows take 16 places
      const exact = fresh();
      const all = exact.slice();
      const array = exact[slots[which]] as Float32Array;
      all[slots[which]] = array.subarray(0, array.length - (unneeded[which] ?? 1));
      expect(call(all)).toMatch(/^ERR_PLUMMET_SHAPE: /);
    });
    it.each([
      ['rows', Number.NaN],
      ['rows', -1],
      ['rows', 0],
      ['rows', 0.5],
      ['rows', 2 ** 53],
      ['rows', Infinity],
      ['rows', 11],
      ['batchSize', 0],
      ['batchSize', 10],
      ['batchSize', Number.NaN],
      ['evaluationRows', 0],
      ['evaluationRows', 11],
      ['evaluationBatchSize', 0],
      ['firstEpoch', -1],
      ['firstEpoch', 2 ** 53],
      ['firstBatch', 4],
      ['firstBatch', 2 ** 40],
      ['endEpoch', 3],
      ['endEpoch', 2 ** 52],
      ['endEpoch', Number.NaN],
      ['maxSteps', -1],
      ['maxSteps', Number.NaN],
      ['maxSteps', 1.5],
      ['stride', 9],
      ['stride', 2 ** 53 - 1],
      ['stride', -8],
    ] as const)('refuses %s of %d', (which, value) => {
      expect(call(fresh(), t.numbers({ [which]: value }))).toMatch(/^ERR_PLUMMET_(OPTION|SHAPE): /);
    });
    it('lets getters throw, and is not fooled by those that detach', () => {
      const thrower = fresh().slice();
      Object.defineProperty(thrower, slots.control, {
        get: () => {
          throw new Error('from the getter');
        },
      });
      expect(call(thrower)).toBe('no code: from the getter');
      const all = fresh().slice();
      const params = new Float32Array((all[slots.params] as Float32Array).length);
      all[slots.params] = params;
      const { control } = slots;
      const kept = all[control];
      Object.defineProperty(all, control, {
        get: () => {
          structuredClone(params.buffer, { transfer: [params.buffer] });
          return kept;
        },
      });
      expect(call(all)).toMatch(/^ERR_PLUMMET_(SHAPE|TYPE): /);
    });
    it('refuses detached arrays', () => {
      const all = fresh().slice();
      all[slots.params] = detached();
      expect(call(all)).toMatch(/^ERR_PLUMMET_TYPE: .*shared/);
    });
    it('refuses plans that do not fit what they are run on', () => {
      const bytes = addon.createPlan(
        isa,
        1,
        words([['gatherBytes', [['x', 0], null, ['scratch', 0], ['scratch', 512]], [-1, -3, 1, -4, 16]]]),
      );
      expect(call(fresh(), t.numbers(), bytes)).toMatch(
        /^ERR_PLUMMET_TYPE: .*operand x is of type u8, but the array of space x holds f32/,
      );
      expect(call(fresh(), t.numbers(), plan.train, null, plan.train)).toMatch(
        /^ERR_PLUMMET_TYPE: .*space scalars, but the run has no such array/,
      );
    });
  });

  it('prepare takes shared memory alone', () => {
    const plan = handles(t);
    for (const [name, slot] of Object.entries(slots)) {
      const arrays = [...t.arrays(), command(t.numbers())];
      if (arrays[slot] === null) continue;
      arrays[slot] = (arrays[slot] as Float32Array).slice();
      expect(arrays[slot].buffer).toBeInstanceOf(ArrayBuffer);
      expect(
        codeOf(() => addon.prepare(plan.train, null, null, arrays)),
        name,
      ).toMatch(/^ERR_PLUMMET_TYPE: .*not in shared memory/);
    }
  });

  it('what it has prepared takes nothing, or a function to call', () => {
    const plan = handles(t);
    const arrays = t.arrays();
    const before = bits(t, arrays);
    const prepared = addon.prepare(plan.train, null, null, [...arrays, command(t.numbers())]);
    for (const value of junk.filter((v) => typeof v !== 'function')) {
      expect(codeOf(() => prepared(anything(value)))).toMatch(/^ERR_PLUMMET_TYPE: start: done is not a function/);
    }
    expect(bits(t, arrays)).toBe(before);
    expect(prepared()).toBe(0);
    expect(bits(t, arrays)).not.toBe(before);
  });

  it('looks at the numbers of each call anew', () => {
    const plan = handles(t);
    const arrays = t.arrays();
    const numbers = command(t.numbers());
    const prepared = addon.prepare(plan.train, plan.shuffle, plan.evaluate, [...arrays, numbers]);
    expect(prepared()).toBe(0);
    const after = bits(t, arrays);
    for (const [at, value] of [
      [0, 11],
      [0, Number.NaN],
      [1, 10],
      [1, 0],
      [2, 11],
      [5, 4],
      [6, 3],
      [8, 9],
    ]) {
      // biome-ignore format: pairs
      const right = numbers[at];
      numbers[at] = value;
      expect(
        codeOf(() => prepared()),
        `${at}: ${value}`,
      ).toMatch(/^ERR_PLUMMET_(SHAPE|OPTION): run: /);
      expect(
        codeOf(() => prepared(() => {})),
        `${at}: ${value}`,
      ).toMatch(/^ERR_PLUMMET_(SHAPE|OPTION): start: /);
      numbers[at] = right;
    }
    expect(bits(t, arrays)).toBe(after);
    // And binds anew what has changed.
    const others = t.arrays();
    expect(run(plan.train, null, plan.evaluate, others, t.numbers({ rows: 9, batchSize: 3 }))).toBe(0);
    const same = t.arrays();
    const again = command(t.numbers({ rows: 8, batchSize: 2 }));
    const changing = addon.prepare(plan.train, null, plan.evaluate, [...same, again]);
    again[7] = 0;
    expect(changing()).toBe(0);
    again.set(t.numbers({ rows: 9, batchSize: 3 }));
    expect(changing()).toBe(0);
    expect(bits(t, same)).toBe(bits(t, others));
  });

  it('keeps its arrays where nobody can take them away', async () => {
    const plan = handles(t);
    const expected = t.arrays();
    run(plan.train, plan.shuffle, plan.evaluate, expected, t.numbers());
    const arrays = t.arrays();
    const given: (Numbers | null)[] = [...arrays, command(t.numbers())];
    const prepared = addon.prepare(plan.train, plan.shuffle, plan.evaluate, given);
    given.fill(null);
    const { arrays: kept } = prepared as unknown as { arrays: unknown[] };
    expect(Object.isFrozen(kept)).toBe(true);
    expect(() => Object.assign(prepared, { arrays: [] })).toThrow(TypeError);
    expect(() => Object.defineProperty(prepared, 'arrays', { value: [] })).toThrow(TypeError);
    expect(Reflect.deleteProperty(prepared, 'arrays')).toBe(false);
    expect(Reflect.apply(prepared, {}, [])).toBe(0);
    expect(bits(t, arrays)).toBe(bits(t, expected));
  });

  it('is forgotten with its arrays', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const plan = handles(t);
    const one = (): WeakRef<object> => {
      const arrays = [...t.arrays(), command(t.numbers())];
      const prepared = addon.prepare(plan.train, null, null, arrays);
      prepared();
      // They may well lead back to it.
      Object.assign(arrays[slots.control] as object, { prepared });
      return new WeakRef(prepared);
    };
    const reference = one();
    for (let i = 0; i < 20 && reference.deref(); i++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    expect(reference.deref()).toBeUndefined();
  });

  it.each(junk.map((value) => [value]))('misalignment refuses %o', (value) => {
    const told = codeOf(() => addon.misalignment(anything(value)));
    if (value instanceof Float32Array) expect(told).toBe('accepted');
    else expect(told).toMatch(/^ERR_PLUMMET_TYPE: misalignment: array is /);
  });

  describe('kernel', () => {
    const sgd = opNumber('sgd');
    const n = Float64Array.of(20);
    const arrays = (): Float32Array[] => [
      new Float32Array(20).fill(1),
      new Float32Array(20).fill(1),
      new Float32Array(2).fill(0.5),
    ];
    it('accepts what is right', () => {
      const given = arrays();
      expect(addon.kernel(isa, 1, sgd, given, n)).toBe(0);
      expect(given[0][19]).toBe(0.25); // 1 - 0.5 * (1 + 0.5 * 1)
    });
    it.each(junk.map((value) => [value]))('refuses %o anywhere', (value) => {
      expect(codeOf(() => addon.kernel(anything(value), 1, sgd, arrays(), n))).toMatch(/^ERR_PLUMMET_(TYPE|BACKEND): /);
      expect(codeOf(() => addon.kernel(isa, 1, sgd, anything(value), n))).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE): /);
      expect(codeOf(() => addon.kernel(isa, 1, sgd, arrays(), anything(value)))).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE): /);
      if (value !== 7)
        expect(codeOf(() => addon.kernel(isa, anything(value), sgd, arrays(), n))).toMatch(
          /^ERR_PLUMMET_(TYPE|OPTION): /,
        );
      if (value !== 7)
        expect(codeOf(() => addon.kernel(isa, 1, anything(value), arrays(), n))).toMatch(
          /^ERR_PLUMMET_(TYPE|OPTION): /,
        );
      for (let i = 0; i < 3; i++) {
        expect(
          codeOf(() =>
            addon.kernel(
              isa,
              1,
              sgd,
              arrays().with(i, anything(i === 2 && value instanceof Float32Array ? 0 : value)),
              n,
            ),
          ),
        ).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE): /);
      }
    });
    it.each([-1, 0.5, Number.NaN, Infinity, 21, 2 ** 53, 1e300])('refuses n = %d', (size) => {
      expect(codeOf(() => addon.kernel(isa, 1, sgd, arrays(), Float64Array.of(size)))).toMatch(/^ERR_PLUMMET_SHAPE: /);
    });
    it('refuses detached and resized arrays', () => {
      expect(codeOf(() => addon.kernel(isa, 1, sgd, arrays().with(1, detached()), n))).toMatch(
        /^ERR_PLUMMET_SHAPE: .*gradient has 0 elements.*detached/,
      );
      const buffer = new ArrayBuffer(80, { maxByteLength: 160 });
      const tracking = new Float32Array(buffer);
      expect(codeOf(() => addon.kernel(isa, 1, sgd, arrays().with(1, tracking), n))).toBe('accepted');
      buffer.resize(76);
      expect(codeOf(() => addon.kernel(isa, 1, sgd, arrays().with(1, tracking), n))).toMatch(
        /^ERR_PLUMMET_SHAPE: .*gradient has 19 elements/,
      );
    });
    it('refuses overlaps, but not two arrays that begin at the same place', () => {
      const memory = new Float32Array(64);
      const [, gradient, hyper] = arrays();
      expect(
        codeOf(() => addon.kernel(isa, 1, sgd, [memory.subarray(0, 20), memory.subarray(19, 39), hyper], n)),
      ).toMatch(/^ERR_PLUMMET_OPTION: .*parameter overlaps gradient/);
      expect(
        codeOf(() => addon.kernel(isa, 1, sgd, [memory.subarray(19, 39), memory.subarray(0, 20), hyper], n)),
      ).toMatch(/overlaps/);
      expect(
        codeOf(() => addon.kernel(isa, 1, sgd, [memory.subarray(0, 20), gradient, memory.subarray(19, 21)], n)),
      ).toMatch(/parameter overlaps hyper/);
      expect(codeOf(() => addon.kernel(isa, 1, sgd, [memory.subarray(0, 20), memory.subarray(20, 40), hyper], n))).toBe(
        'accepted',
      );
      expect(codeOf(() => addon.kernel(isa, 1, sgd, [memory.subarray(0, 20), memory.subarray(0, 20), hyper], n))).toBe(
        'accepted',
      );
    });
    it('changes nothing when one of several is wrong', () => {
      const [first, second] = [arrays(), arrays()];
      expect(codeOf(() => addon.kernel(isa, 1, sgd, [...first, ...second], Float64Array.of(20, 21)))).toMatch(
        /^ERR_PLUMMET_SHAPE/,
      );
      expect([...first[0]]).toEqual(new Array(20).fill(1));
      expect(codeOf(() => addon.kernel(isa, 1, sgd, [...first, ...second.slice(1)], Float64Array.of(20, 20)))).toMatch(
        /^ERR_PLUMMET_SHAPE: .*arrays has 5 elements, expected 6/,
      );
      expect(addon.kernel(isa, 1, sgd, [...first, ...second], Float64Array.of(20, 20))).toBe(0);
      expect([first[0][0], second[0][19]]).toEqual([0.25, 0.25]);
    });
    it('does not walk through an array that is longer than it can be', () => {
      for (const length of [2 ** 32 - 1, 2, 4]) {
        expect(codeOf(() => addon.kernel(isa, 1, sgd, new Array(length), n))).toMatch(
          /^ERR_PLUMMET_SHAPE: .*expected 3/,
        );
      }
      const plan = addon.createPlan(isa, 1, words([]));
      expect(codeOf(() => addon.prepare(plan, null, null, new Array(2 ** 32 - 1)))).toMatch(
        /^ERR_PLUMMET_SHAPE: .*expected 14/,
      );
    });
    it('lets getters throw, and is not fooled by those that detach', () => {
      const given = arrays();
      const [parameter] = given;
      Object.defineProperty(given, 2, {
        get: () => {
          throw new Error('from the getter');
        },
      });
      expect(codeOf(() => addon.kernel(isa, 1, sgd, given, n))).toBe('no code: from the getter');
      const hyper = new Float32Array(2);
      Object.defineProperty(given, 2, {
        get: () => {
          structuredClone(parameter.buffer, { transfer: [parameter.buffer as ArrayBuffer] });
          return hyper;
        },
      });
      expect(codeOf(() => addon.kernel(isa, 1, sgd, given, n))).toMatch(
        /^ERR_PLUMMET_SHAPE: .*parameter has 0 elements.*detached/,
      );
    });
    it('refuses what cannot be prepared, and operands that cannot be', () => {
      const dims = shared.f64(1);
      for (const value of junk) {
        expect(codeOf(() => addon.prepareKernel(anything(value), 1, sgd, dims))).toMatch(/^ERR_PLUMMET_/);
        expect(codeOf(() => addon.prepareKernel(isa, 1, sgd, anything(value)))).toMatch(/^ERR_PLUMMET_TYPE: .*dims/);
        const prepared = addon.prepareKernel(isa, 1, sgd, dims);
        expect(codeOf(() => prepared(anything(value)))).toMatch(/^ERR_PLUMMET_/);
      }
      for (const wrong of [n, shared.f64(0), shared.f64(2), new Float64Array(1)]) {
        expect(codeOf(() => addon.prepareKernel(isa, 1, sgd, wrong))).toMatch(/^ERR_PLUMMET_TYPE: .*shared/);
      }
      const prepared = addon.prepareKernel(isa, 1, sgd, dims);
      expect(codeOf(() => prepared())).toMatch(/^ERR_PLUMMET_TYPE: .*parameter is undefined/);
      dims[0] = 1e6;
      expect(codeOf(() => prepared(...arrays()))).toMatch(/^ERR_PLUMMET_SHAPE/);
    });
    it('refuses calls that cannot be prepared, and finds memory that was taken away', () => {
      const two = Float64Array.of(4, 4);
      const of = (f: () => Float32Array) => [f(), f(), new Float32Array(2), f(), f(), new Float32Array(2)];
      const four = () => new Float32Array(4);
      const places = Int32Array.of(1, 4);
      for (const value of junk) {
        expect(codeOf(() => addon.prepareCalls(isa, 1, sgd, of(four), two, anything(value)))).toMatch(/^ERR_PLUMMET_/);
        expect(codeOf(() => addon.prepareCalls(isa, 1, sgd, anything(value), two, places))).toMatch(/^ERR_PLUMMET_/);
        const made = addon.prepareCalls(isa, 1, sgd, of(four), two, places);
        expect(codeOf(() => made(true))).toMatch(/^ERR_PLUMMET_TYPE/);
        if (value !== null) expect(codeOf(() => made(true, anything(value), four()))).toMatch(/^ERR_PLUMMET_/);
        expect(codeOf(() => made(anything(value)))).toMatch(/^ERR_PLUMMET_/);
      }
      expect(codeOf(() => addon.prepareCalls(isa, 1, sgd, of(four), two, Int32Array.of(6)))).toMatch(
        /^ERR_PLUMMET_SHAPE/,
      );
      expect(codeOf(() => addon.prepareCalls(isa, 1, sgd, of(four), two, Int32Array.of(-1)))).toMatch(
        /^ERR_PLUMMET_SHAPE/,
      );
      expect(codeOf(() => addon.prepareCalls(isa, 1, sgd, of(four), Float64Array.of(5, 4), places))).toMatch(
        /^ERR_PLUMMET_SHAPE/,
      );

      const arrays = of(four);
      const made = addon.prepareCalls(isa, 1, sgd, arrays, two, places);
      const detach = (array: Float32Array) =>
        structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
      const [first, second] = [four(), four()];
      expect(made(false, first, second)).toBe(0);
      expect(codeOf(() => made(true))).toMatch(/^ERR_PLUMMET_TYPE/);
      expect(codeOf(() => made(true, first, new Float32Array(3)))).toMatch(/^ERR_PLUMMET_SHAPE/);
      expect(codeOf(() => made(true, first, arrays[3].subarray(1)))).toMatch(/^ERR_PLUMMET_(SHAPE|OPTION)/);
      expect(made(true, first, second)).toBe(0);
      expect(made(true)).toBe(0);
      detach(second);
      expect(made(true)).toBe(-1);
      expect(codeOf(() => made(true, first, second))).toMatch(/^ERR_PLUMMET_SHAPE/);
      expect(made(true, first, four())).toBe(0);
      detach(arrays[0]);
      expect(made(true)).toBe(-1);
      expect(made(false, first, four())).toBe(-1);
      const shrinking = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 21 });
      const view = new Float32Array(shrinking, 0, 4);
      const others = addon.prepareCalls(isa, 1, sgd, of(four), two, places);
      expect(others(true, view, four())).toBe(0);
      shrinking.resize(0);
      expect(others(true)).toBe(-1);
    });
    it('reports bad rows and labels', () => {
      const op = opNumber('sparseAccuracy');
      const given = (label: number, row: number) => [
        new Float32Array(32),
        Int32Array.of(0, label),
        Int32Array.of(0, row),
        new Float32Array(2),
      ];
      const dims = Float64Array.of(2, 2, 3, 0, 16);
      expect(addon.kernel(isa, 1, op, given(2, 1), dims)).toBe(0);
      for (const label of [3, -1, 2 ** 31 - 1, -(2 ** 31)])
        expect(addon.kernel(isa, 1, op, given(label, 1), dims)).toBe(2);
      for (const row of [2, -1, 2 ** 31 - 1, -(2 ** 31)]) expect(addon.kernel(isa, 1, op, given(2, row), dims)).toBe(1);
    });
    it('survives dims at random', () => {
      const values = [0, 1, 2, 3, 5, 16, 17, 100, 2 ** 31, 2 ** 52, 2 ** 53, -1, 0.5, Number.NaN, Infinity];
      const memory = { f32: shared.f32(4096), f64: shared.f64(64), i32: shared.i32(512), u8: new Uint8Array(4096) };
      const views = {
        f32: () => shared.f32(4096),
        f64: () => shared.f64(64),
        i32: () => memory.i32,
        u8: () => memory.u8,
      };
      const pick = picker(7);
      let accepted = 0;
      for (let i = 0; i < 20000; i++) {
        const op = pick(ops.length);
        const dims = Float64Array.from(ops[op].dims, () => values[pick(pick(3) ? 8 : values.length)]);
        const given = ops[op].operands.map((operand) =>
          'optional' in operand && pick(2) ? null : views[operand.type](),
        );
        const threads = 1 + pick(3);
        const outcome = codeOf(() => addon.kernel(isa, threads, op, given, dims));
        if (i % 16 === 0) {
          const held = shared.f64(dims.length);
          held.set(dims);
          const prepared = addon.prepareKernel(isa, threads, op, held);
          expect(codeOf(() => prepared(...given))).toBe(outcome);
        }
        if (outcome === 'accepted') accepted++;
        else expect(outcome).toMatch(/^ERR_PLUMMET_(OPTION|SHAPE): /);
      }
      expect(accepted).toBeGreaterThan(500);
    });
  });

  it('measure and setThreadingThreshold refuse nonsense', () => {
    for (const value of junk.filter((v) => v !== 7)) {
      expect(codeOf(() => addon.measure(anything(value), new Float64Array(5)))).toMatch(/^ERR_PLUMMET_(TYPE|OPTION): /);
      expect(codeOf(() => addon.measure(0, anything(value)))).toMatch(/^ERR_PLUMMET_(TYPE|SHAPE): /);
      expect(codeOf(() => addon.setThreadingThreshold(anything(value)))).toMatch(/^ERR_PLUMMET_OPTION: /);
    }
    expect(codeOf(() => addon.measure(0, Float64Array.of(1, 2, 3, 4, -1)))).toMatch(/^ERR_PLUMMET_OPTION: .*ld is -1/);
    expect(codeOf(() => addon.measure(ops.length, new Float64Array(5)))).toMatch(/^ERR_PLUMMET_OPTION/);
    expect(codeOf(() => addon.setThreadingThreshold(-1))).toMatch(/^ERR_PLUMMET_OPTION/);
  });

  it('every export called with nothing throws, or gives information', () => {
    for (const name of [
      'createPlan',
      'prepare',
      'draw',
      'misalignment',
      'kernel',
      'prepareKernel',
      'prepareCalls',
      'measure',
      'setThreadingThreshold',
    ] as const) {
      expect(codeOf(() => (addon[name] as () => unknown)())).toMatch(/^ERR_PLUMMET_/);
    }
    expect(addon.info()).toMatchObject({
      isas: expect.arrayContaining(['scalar']),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(addon.info().processors).toBeGreaterThanOrEqual(1);
  });

  it('a plan that reads rows and labels stops at a bad one, before anything lasting is written', () => {
    for (const threads of [1, 2, 3]) {
      const previous = addon.setThreadingThreshold(0);
      const plan: PlanHandle = handles(t, threads).train;
      const arrays = t.arrays();
      (arrays[slots.rows] as Int32Array)[6] = 10;
      const good = t.arrays();
      run(plan, null, null, good, t.numbers({ maxSteps: 1 }));
      expect(run(plan, null, null, arrays, t.numbers())).toBe(1);
      addon.setThreadingThreshold(previous);
      expect([...(arrays[slots.control] as Int32Array).subarray(1, 5)]).toEqual([1, 0, 1, 1]);
      expect(arrays[slots.params]).toEqual(good[slots.params]);
      expect(arrays[slots.state]).toEqual(good[slots.state]);
      expect(arrays[slots.totals]).toEqual(good[slots.totals]);
    }
  });
});
