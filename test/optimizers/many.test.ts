/** Many small tensors: a bound optimizer holds them from one step to the next. What it does must not depend on that. */
import { describe, expect, it } from 'vitest';
import { optimizers } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { backends } from './backends.ts';

type Arrays = Record<string, Float32Array>;
const LENGTHS = [0, 1, 7, 16, 33];
const arrays = (count: number, seed: number): Arrays =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `t${i}`,
      Float32Array.from({ length: LENGTHS[i % LENGTHS.length] }, (_, j) => Math.sin(seed + i * 31 + j)),
    ]),
  );
const copies = (of: Arrays): Arrays => Object.fromEntries(Object.entries(of).map(([name, a]) => [name, a.slice()]));
const detach = (array: Float32Array): void =>
  void structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

const rules: Record<string, () => Optimizer> = {
  adam: () => optimizers.adam(),
  'adam with limits': () => optimizers.adam({ clipNorm: 0.5, globalClipNorm: 1 }),
  'adam with groups': () => optimizers.adam({ groups: [{ match: /3$/, learningRate: 0.1 }] }),
};

describe.each(Object.entries(rules))('%s over many small tensors', (_, create) => {
  for (const { label, choice } of backends()) {
    it(`is what a step of each by itself is, whichever arrays the gradients are in: ${label}`, () => {
      const [held, fresh] = [arrays(100, 1), arrays(100, 1)];
      const a = create().bind(held, { backend: choice });
      const gradients = [arrays(100, 2), arrays(100, 3)];
      const order = [0, 0, 0, 1, 1, 0, 1, 0, 0, 0];
      for (const [i, which] of order.entries()) {
        if (i === 5) held.t4.fill(0.25);
        if (i === 6) gradients[1].t3.fill(2);
        a.step(gradients[which]);
      }
      // The same without anything that is held: copies each time.
      const second = create().bind(fresh, { backend: choice });
      const from = [arrays(100, 2), arrays(100, 3)];
      for (const [i, which] of order.entries()) {
        if (i === 5) fresh.t4.fill(0.25);
        if (i === 6) from[1].t3.fill(2);
        const { t0, ...rest } = copies(from[which]);
        second.step({ ...rest, t0 });
      }
      expect(held).toEqual(fresh);
      expect(a.stateDict()).toEqual(second.stateDict());
    });
  }
});

describe('what is held', () => {
  const bound = (count: number) => {
    const parameters = arrays(count, 1);
    const gradients = arrays(count, 2);
    const optimizer = optimizers.adam().bind(parameters);
    for (let i = 0; i < 3; i++) optimizer.step(gradients);
    return { parameters, gradients, optimizer, before: [copies(parameters), optimizer.stateDict()] };
  };

  it('does not hide that a gradient was taken away', () => {
    const { parameters, gradients, optimizer, before } = bound(40);
    detach(gradients.t37);
    expect(codeOf(() => optimizer.step(gradients))).toBe('ERR_PLUMMET_DETACHED');
    expect([parameters, optimizer.stateDict()]).toEqual(before);
    gradients.t37 = new Float32Array(7);
    optimizer.step(gradients);
    expect(optimizer.stateDict()['t37.step']).toBe(4);
  });

  it('does not hide that a parameter was taken away', () => {
    const { parameters, gradients, optimizer, before } = bound(40);
    detach(parameters.t38);
    expect(codeOf(() => optimizer.step(gradients))).toBe('ERR_PLUMMET_DETACHED');
    expect(optimizer.stateDict()).toEqual(before[1]);
    const { t38: _, ...rest } = parameters;
    expect(before[0]).toMatchObject(rest);
  });

  it('does not hide names that are unknown, missing gradients or wrong ones', () => {
    const { gradients, optimizer } = bound(40);
    for (const [wrong, code] of [
      [{ ...gradients, other: new Float32Array(1) }, 'ERR_PLUMMET_OPTION'],
      [{ ...gradients, t1: new Float32Array(2) }, 'ERR_PLUMMET_SHAPE'],
      [{ ...gradients, t1: [1] }, 'ERR_PLUMMET_TYPE'],
      [{ ...gradients, t1: new Float32Array(new ArrayBuffer(4, { maxByteLength: 8 })) }, 'ERR_PLUMMET_TYPE'],
      [null, 'ERR_PLUMMET_TYPE'],
    ] as const) {
      expect(codeOf(() => optimizer.step(wrong as never))).toBe(code);
      optimizer.step(gradients);
      optimizer.step(gradients);
    }
    const same: Arrays = gradients;
    same.other = new Float32Array(1);
    expect(codeOf(() => optimizer.step(same))).toBe('ERR_PLUMMET_OPTION');
    const { other: _, t5: __, ...rest } = same;
    optimizer.step(rest);
    expect([optimizer.stateDict()['t5.step'], optimizer.stateDict()['t6.step']]).toEqual([13, 14]);
  });

  it('does not hide that a parameter is there that was left out, however many others there are', () => {
    const parameters = arrays(100, 1);
    const { t7, ...gradients } = arrays(100, 2);
    const optimizer = optimizers.adam().bind(parameters);
    for (let i = 0; i < 3; i++) optimizer.step(gradients);
    Object.assign(gradients, { t7 });
    for (let i = 0; i < 3; i++) optimizer.step(gradients);
    expect([optimizer.stateDict()['t7.step'], optimizer.stateDict()['t8.step']]).toEqual([3, 6]);
  });

  it('a gradient in the memory of a parameter is refused also when the others are known', () => {
    const { parameters, gradients, optimizer, before } = bound(40);
    expect(codeOf(() => optimizer.step({ ...gradients, t1: parameters.t1 }))).toBe('ERR_PLUMMET_OVERLAP');
    expect([parameters, optimizer.stateDict()]).toEqual(before);
  });

  it('a state that is loaded counts', () => {
    const [one, two] = [bound(40), bound(40)];
    one.optimizer.step(one.gradients);
    two.optimizer.loadStateDict(one.optimizer.stateDict());
    for (const name of Object.keys(two.parameters)) two.parameters[name].set(one.parameters[name]);
    for (const each of [one, two]) each.optimizer.step(each.gradients);
    expect(two.optimizer.stateDict()).toEqual(one.optimizer.stateDict());
    expect(two.parameters).toEqual(one.parameters);
  });
});
