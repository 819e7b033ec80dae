/** Parameters by name, each group with options of its own. */
import { describe, expect, it } from 'vitest';
import { adam, prodigy, sgd, yogi } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { backends } from './backends.ts';

const values = (n: number, from = 1) => Float32Array.from({ length: n }, (_, i) => (from + i) / 8);
const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

describe('groups', () => {
  it('give their parameters options of their own; the first that matches has it', () => {
    const all = { 'a.kernel': values(20), 'a.bias': values(3), 'b.kernel': values(17), 'b.bias': values(5) };
    const apart = structuredClone(all);
    const bound = adam({
      learningRate: 0.1,
      weightDecay: 0.5,
      groups: [
        { match: ['b.bias'], optimizer: sgd({ momentum: 0.9 }) },
        { match: /bias$/, weightDecay: 0 },
        { match: /^b/, frozen: true },
      ],
    }).bind(all);
    const alone = [
      ['a.kernel', adam({ learningRate: 0.1, weightDecay: 0.5 })],
      ['a.bias', adam({ learningRate: 0.1 })],
      ['b.bias', sgd({ momentum: 0.9 })],
    ].map(([name, optimizer]) => ({
      name,
      bound: (optimizer as never as ReturnType<typeof adam>).bind({ [name as string]: apart[name as 'a.bias'] }),
    }));
    for (let t = 0; t < 4; t++) {
      const gradients = Object.fromEntries(
        Object.entries(all).map(([name, { length }]) => [name, values(length, t - 2)]),
      );
      bound.step(gradients);
      for (const { name, bound: one } of alone) one.step({ [name as string]: gradients[name as string] });
    }
    for (const [name, array] of Object.entries(all)) expectSameBits(array, apart[name as 'a.bias'], name);
    expectSameBits(all['b.kernel'], values(17), 'the frozen one');
    expect(Object.keys(bound.stateDict()).sort()).toEqual([
      'a.bias.expAvg',
      'a.bias.expAvgSq',
      'a.bias.step',
      'a.kernel.expAvg',
      'a.kernel.expAvgSq',
      'a.kernel.step',
      'b.bias.momentumBuffer',
      'b.bias.step',
    ]);
  });

  it('with one optimizer in two groups have nothing in common', () => {
    const findsRate = () => prodigy({ d0: 0.01 });
    const results = [[findsRate()], [findsRate(), findsRate()]].map(([first, second = first]) => {
      const all = { a: values(5), b: values(3) };
      const groups = [
        { match: ['a'], optimizer: first },
        { match: ['b'], optimizer: second },
      ];
      const bound = sgd({ groups }).bind(all);
      for (let t = 1; t < 6; t++) bound.step({ a: values(5, t), b: values(3, -t) });
      return [all, bound.stateDict()];
    });
    expect(results[0]).toEqual(results[1]);
  });

  it('has the same bits on every backend, clipping and all, and goes on from a state', () => {
    const results = backends().map(({ choice }) => {
      const make = () => ({ k: { data: values(33 * 40), shape: [40, 33] }, b: values(33), f: values(9) });
      const create = (tensors: ReturnType<typeof make>) =>
        yogi({
          weightDecay: 0.1,
          clipNorm: 1,
          globalClipNorm: 1.5,
          groups: [
            { match: ['b'], clipNorm: null, learningRate: 0.5, clipValue: 0.2 },
            { match: /f/, optimizer: sgd({ maximize: true }) },
          ],
        }).bind(tensors, { backend: choice });
      const tensors = make();
      let bound = create(tensors);
      for (let t = 0; t < 4; t++) {
        if (t === 2) {
          const saved = bound.stateDict();
          bound = create(tensors);
          bound.loadStateDict(saved);
        }
        bound.step({ k: values(33 * 40, t), b: t === 1 ? undefined : values(33, 1 - t), f: values(9, t) });
      }
      return [tensors.k.data, tensors.b, tensors.f];
    });
    for (const arrays of results) {
      for (const [i, array] of arrays.entries()) expectSameBits(array, results[0][i]);
    }
  });

  it('follow the learning rate of the optimizer unless they have their own', () => {
    const [a, b, c] = [values(1), values(1), values(1)];
    const optimizer = sgd({
      learningRate: 1,
      groups: [
        { match: ['b'], weightDecay: 0 },
        { match: ['c'], learningRate: 3 },
      ],
    });
    const bound = optimizer.bind({ a, b, c });
    bound.learningRate = 2;
    const one = Float32Array.of(1);
    bound.step({ a: one, b: one, c: one });
    expect([a[0], b[0], c[0]].map((x) => 0.125 - x)).toEqual([2, 2, 3]);
  });

  it('tells what was given', () => {
    const groups = [{ match: /bias$/, weightDecay: 0 }];
    expect(adam({ clipNorm: 2, groups }).options).toMatchObject({ beta1: 0.9, clipNorm: 2, groups });
  });

  it('ignores a gradient of a frozen parameter, checked all the same', () => {
    const w = values(2);
    const bound = sgd({ groups: [{ match: ['w'], frozen: true }] }).bind({ w });
    bound.step({ w: Float32Array.of(1, 2) });
    expectSameBits(w, values(2));
    expect(thrown(() => bound.step({ w: values(3) }))).toContain('ERR_PLUMMET_SHAPE');
    expect(bound.stateDict()).toEqual({});
  });

  it.each([
    [{}, 'adam: groups must be an array'],
    [[5], 'adam: groups[0]: options must be an object'],
    [[null], 'adam: groups[0]: options must be an object'],
    [[{}], 'adam: groups[0]: match must be a RegExp or a list of names'],
    [[{ match: 'bias' }], 'adam: groups[0]: match must be a RegExp or a list of names'],
    [[{ match: [] }], 'adam: groups[0]: match must be a RegExp or a list of names'],
    [[{ match: /b/g }], 'adam: groups[0]: match must be a RegExp without the flags g and y, got /b/g'],
    [[{ match: /b/ }, { match: /c/, beta1: 2 }], 'adam: groups[1]: beta1 must be in [0, 1), got 2'],
    [[{ match: /b/, clipNorm: -1 }], 'adam: groups[0]: clipNorm must be a finite number greater than 0, got -1'],
    [[{ match: /b/, globalClipNorm: 1 }], 'adam: groups[0]: there is no option "globalClipNorm"'],
    [[{ match: /b/, frozen: true, beta1: 0.5 }], 'adam: groups[0]: /b/ is frozen; it cannot have beta1 as well'],
    [
      [{ match: /b/, optimizer: sgd(), beta1: 0.5 }],
      'adam: groups[0]: /b/ has an optimizer of its own; it cannot have beta1',
    ],
    [
      [{ match: /b/, optimizer: 'sgd' }],
      'adam: groups[0]: optimizer must be what optimizers.adam() and its like return',
    ],
    [
      [{ match: /b/, optimizer: sgd({ globalClipNorm: 1 }) }],
      'adam: groups[0]: the optimizer of a group cannot have groups or globalClipNorm',
    ],
  ])('refuses %j', (groups, message) => {
    const text = thrown(() => adam({ groups: groups as never }));
    expect(text).toContain('ERR_PLUMMET_OPTION');
    expect(text).toContain(message);
  });

  it('refuses names that no parameter has', () => {
    const optimizer = adam({ groups: [{ match: ['dense.bais'], weightDecay: 0 }] });
    expect(thrown(() => optimizer.bind({ 'dense.bias': values(1) }))).toBe(
      'ERR_PLUMMET_OPTION adam: groups[0].match: there is no parameter "dense.bais". Did you mean "dense.bias"?',
    );
  });
});

describe('loadStateDict', () => {
  it('takes what it finds where it is not strict, and says what it did not find', () => {
    const make = () => adam().bind({ a: values(3), b: values(2) });
    const first = make();
    first.step({ a: values(3), b: values(2) });
    const { 'a.expAvg': expAvg, 'a.step': step, 'b.expAvg': other } = first.stateDict();
    const second = make();
    const part = { old: 1, 'a.step': step, 'b.expAvg': other, 'a.expAvg': expAvg };
    expect(thrown(() => second.loadStateDict(part))).toContain('ERR_PLUMMET_STATE adam: the state does not belong');
    expect(second.loadStateDict(part, { strict: false })).toEqual({
      missing: ['a.expAvgSq', 'b.expAvgSq', 'b.step'],
      unexpected: ['old'],
    });
    expect(second.stateDict()).toEqual({
      ...first.stateDict(),
      'a.expAvgSq': new Float32Array(3),
      'b.expAvgSq': new Float32Array(2),
      'b.step': 0,
    });
    expect(second.loadStateDict(first.stateDict())).toEqual({ missing: [], unexpected: [] });
  });

  it('refuses two values of what is one for all parameters', () => {
    const bound = prodigy().bind({ a: values(3), b: values(2) });
    const before = bound.stateDict();
    for (const state of [
      { ...before, 'a.d': values(1) },
      { 'a.d': values(1), 'b.d': values(1, 2) },
    ]) {
      expect(thrown(() => bound.loadStateDict(state as never, { strict: false }))).toContain(
        'ERR_PLUMMET_STATE prodigy: "a.d" and "b.d" are one number for all parameters, got 0.125 and',
      );
      expect(bound.stateDict()).toEqual(before);
    }
    bound.loadStateDict({ 'b.d': values(1) }, { strict: false });
    expect(bound.stateDict()['a.d']).toEqual(values(1));
  });

  it('changes nothing where a value is wrong, strict or not', () => {
    const bound = adam().bind({ a: values(3) });
    const before = bound.stateDict();
    for (const state of [{ 'a.expAvg': values(2) }, { 'a.expAvg': values(3), 'a.step': -1 }, { 'a.step': undefined }]) {
      expect(thrown(() => bound.loadStateDict(state as never, { strict: false }))).toContain('ERR_PLUMMET_');
      expect(bound.stateDict()).toEqual(before);
    }
    expect(thrown(() => bound.loadStateDict({}, { strict: 1 as never }))).toContain('strict must be true or false');
    expect(thrown(() => bound.loadStateDict({}, { stric: true } as never))).toContain('Did you mean "strict"?');
  });
});
