/** Clipping against what torch, optax and Keras do, in float64, on every backend. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { setThreadingThreshold } from '#src/backend.js';
import { adam, sgd, yogi } from '#src/optimizers/index.js';
import { expectSameBits } from '../support/bits.ts';
import { backends } from './backends.ts';

interface Tensor {
  shape: number[];
  values: (number | string)[];
}
interface Case {
  name: string;
  source: string;
  clipping: 'globalNorm' | 'norm' | 'value' | 'blockRms' | 'adaptive';
  options: Record<string, number | string>;
  grads: Tensor[];
  params?: Tensor[];
  clipped: (number | string)[][];
}

const path = new URL('../golden/clipping.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

function optionsOf({ clipping, options, source }: Case): object {
  const epsilon = source.startsWith('torch') ? 1e-6 : 0;
  const normType = options.normType === undefined ? 2 : Number(options.normType);
  if (clipping === 'globalNorm') return { globalClipNorm: { maxNorm: options.maxNorm, normType, epsilon } };
  if (clipping === 'norm') return { clipNorm: options.clipNorm };
  if (clipping === 'value') return { clipValue: options.clipValue };
  if (clipping === 'blockRms') return { clipRms: options.threshold };
  return { adaptiveClip: options };
}

const floats = (values: readonly (number | string)[]) => Float32Array.from(values, Number);
const named = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.entries());
const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

beforeAll(() => setThreadingThreshold(0));

describe.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
  it.each(backends())('on $label', ({ choice }) => {
    const before = c.grads.map(({ shape }, i) => ({
      shape,
      data: floats(c.params?.[i].values ?? Array(c.grads[i].values.length).fill(0)),
    }));
    const after = before.map(({ shape, data }) => ({ shape, data: data.slice() }));
    const gradients = c.grads.map(({ values }) => floats(values));
    const kept = gradients.map((gradient) => gradient.slice());
    // One step of plain descent with rate 1 subtracts the clipped gradient.
    const rule = sgd({ learningRate: 1, ...optionsOf(c) });
    rule.bind(named(after), { backend: choice }).step(named(gradients));
    for (const [i, gradient] of gradients.entries()) expectSameBits(gradient, kept[i], 'the gradient');
    c.clipped.forEach((values, i) => {
      const wanted = values.map(Number);
      const scale = Math.max(...[...wanted, ...before[i].data].map(Math.abs).filter(Number.isFinite), 1e-30);
      wanted.forEach((value, j) => {
        const moved = before[i].data[j] - after[i].data[j];
        if (Number.isFinite(value)) expect(Math.abs(moved - value), `${i}[${j}]`).toBeLessThanOrEqual(1e-5 * scale);
        else expect(moved, `${i}[${j}]`).toBeNaN();
      });
    });
  });
});

describe('clipping', () => {
  const lengths = [1, 7, 16, 17, 65, 1023, 5000];
  const shapes = [...lengths.map((n) => [n]), [70, 33], [3, 5, 7]];
  const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const wild = (n: number, seed: number) =>
    Float32Array.from({ length: n }, (_, i) => [0, -0, 1e-38, 1e-42, 1e4, -3, 0.25][(i * 5 + seed) % 7]);

  it.each([
    ['clipNorm', { clipNorm: 0.5 }],
    ['clipNorm 1', { clipNorm: { maxNorm: 0.5, normType: 1, epsilon: 1e-3 } }],
    ['clipNorm Infinity', { clipNorm: { maxNorm: 0.5, normType: Number.POSITIVE_INFINITY } }],
    ['clipValue', { clipValue: 0.5 }],
    ['clipRms', { clipRms: 0.5 }],
    ['adaptiveClip', { adaptiveClip: 0.01 }],
    ['globalClipNorm', { globalClipNorm: 1 }],
    ['maximize', { maximize: true }],
    [
      'all of them',
      { maximize: true, adaptiveClip: 0.1, clipValue: 1, clipRms: 0.3, clipNorm: 1, globalClipNorm: 0.1 },
    ],
  ] as const)('%s has the same bits on every backend, for every optimizer', (_, options) => {
    for (const create of [sgd, adam, yogi]) {
      const results = backends().map(({ label, choice }) => {
        const tensors = shapes.map((shape, i) => ({ shape, data: wild(sizeOf(shape), 3 + i) }));
        const bound = create({ ...options, weightDecay: 0.01 } as object).bind(named(tensors), { backend: choice });
        for (let t = 0; t < 3; t++) bound.step(named(shapes.map((shape, i) => wild(sizeOf(shape), i + t))));
        const state = Object.values(bound.stateDict()).filter((x) => typeof x !== 'number');
        return { label, arrays: [...tensors.map(({ data }) => data), ...(state as Float32Array[])] };
      });
      for (const { label, arrays } of results) {
        arrays.forEach((array, i) => {
          expectSameBits(array, results[0].arrays[i], `${label}: ${i}`);
        });
      }
    }
  });

  it('goes on from sums that float32 cannot hold', () => {
    const w = new Float32Array(2);
    const huge = Float32Array.of(3e38, -3e38);
    sgd({ learningRate: 1, clipNorm: 1 }).bind({ w }).step({ w: huge });
    expect(w[0]).toBeCloseTo(-Math.SQRT1_2, 6);
    expect(w[1]).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it('of a norm that is not finite', () => {
    for (const options of [{ clipNorm: 1 }, { globalClipNorm: 1 }, { clipRms: 1 }, { adaptiveClip: 0.5 }]) {
      const infinite = Float32Array.of(1, 1);
      sgd({ learningRate: 1, ...options })
        .bind({ w: infinite })
        .step({ w: Float32Array.of(2, Infinity) });
      expect(Array.from(infinite)).toEqual([1, NaN]);
      const none = Float32Array.of(1, 1);
      sgd({ learningRate: 1, ...options })
        .bind({ w: none })
        .step({ w: Float32Array.of(2, NaN) });
      expect(Array.from(none)).toEqual([NaN, NaN]);
    }
    const values = Float32Array.of(0, 0, 0);
    sgd({ learningRate: 1, clipValue: 2 })
      .bind({ w: values })
      .step({ w: Float32Array.of(Infinity, -Infinity, NaN) });
    expect(Array.from(values)).toEqual([-2, 2, NaN]);
  });

  it('leaves empty tensors and absent gradients out', () => {
    const [a, b, empty] = [Float32Array.of(0), Float32Array.of(0), new Float32Array(0)];
    const bound = sgd({ learningRate: 1, globalClipNorm: { maxNorm: 1, epsilon: 0 } }).bind({ a, b, empty });
    bound.step({ a: Float32Array.of(4), empty: new Float32Array(0) });
    expect([a[0], b[0]]).toEqual([-1, 0]);
    bound.step({ empty: new Float32Array(0) });
    bound.step({ a: Float32Array.of(3), b: Float32Array.of(4) });
    expect(a[0]).toBeCloseTo(-1.6, 6);
    expect(b[0]).toBeCloseTo(-0.8, 6);
  });

  it('maximizes as if the gradient had the other sign, before weight decay', () => {
    for (const create of [sgd, adam, yogi]) {
      const [up, down] = [Float32Array.of(1, -2, 3), Float32Array.of(1, -2, 3)];
      const rising = create({ maximize: true, weightDecay: 0.1 }).bind({ w: up });
      const falling = create({ weightDecay: 0.1 }).bind({ w: down });
      for (let t = 1; t < 4; t++) {
        rising.step({ w: Float32Array.of(t, -t, 0.5) });
        falling.step({ w: Float32Array.of(-t, t, -0.5) });
      }
      expectSameBits(up, down);
      expect(up[0]).not.toBe(1);
    }
  });

  it.each([
    [{ clipNorm: 0 }, 'ERR_PLUMMET_OPTION adam: clipNorm must be a finite number greater than 0, got 0'],
    [{ clipNorm: { maxNorm: -1 } }, 'ERR_PLUMMET_OPTION adam: clipNorm.maxNorm must be a finite number greater than 0'],
    [{ clipNorm: { maxNorm: 1, normType: 3 } }, 'ERR_PLUMMET_OPTION adam: clipNorm.normType must be one of'],
    [{ clipNorm: '1' }, 'ERR_PLUMMET_OPTION adam: clipNorm: options must be an object'],
    [{ clipValue: NaN }, 'ERR_PLUMMET_OPTION adam: clipValue must be a finite number greater than 0, got NaN'],
    [{ clipRms: Infinity }, 'ERR_PLUMMET_OPTION adam: clipRms must be a finite number greater than 0, got Infinity'],
    [{ globalClipNorm: { maxNorm: 1, epsilon: -1 } }, 'ERR_PLUMMET_OPTION adam: globalClipNorm.epsilon must be'],
    [{ adaptiveClip: {} }, 'ERR_PLUMMET_OPTION adam: adaptiveClip.clipping must be'],
    [{ adaptiveClip: { clipping: 1, epsilon: 0 } }, 'ERR_PLUMMET_OPTION adam: adaptiveClip.epsilon must be'],
    [{ maximize: 1 }, 'ERR_PLUMMET_OPTION adam: maximize must be true or false, got 1'],
    [{ clipnorm: 1 }, 'ERR_PLUMMET_OPTION adam: there is no option "clipnorm". Did you mean "clipNorm"?'],
  ])('refuses %j', (options, message) => {
    expect(thrown(() => adam(options as never))).toContain(message);
  });
});
