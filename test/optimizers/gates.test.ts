/** Windows, scaled losses, skipped steps, averages, noise and centralisation on plain arrays. */
import { describe, expect, it } from 'vitest';
import { optimizers } from '#src/index.js';
import { expectSameBits } from '../support/bits.ts';
import { backends } from './backends.ts';

const values = (n: number, scale = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => (((i * 7919) % 401) / 200 - 1) * scale);

const thrown = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
};

describe.each(backends())('$label', ({ choice }) => {
  it('a step with NaN or infinity in one gradient moves nothing, and is counted', () => {
    const [a, b] = [values(17), values(3)];
    const bound = optimizers.adam({ skipNonFinite: true }).bind({ a, b }, { backend: choice });
    bound.step({ a: values(17), b: values(3) });
    const before = [a.slice(), b.slice(), bound.stateDict()];
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const gradient = values(17);
      gradient[16] = wrong;
      const copy = gradient.slice();
      bound.step({ a: gradient, b: values(3) });
      expectSameBits(gradient, copy);
    }
    expect([a, b, bound.stateDict()]).toEqual(before);
    expect(bound.skippedSteps).toBe(3);
    bound.step({ b: values(3) });
    expect(bound.stateDict()).toMatchObject({ 'a.step': 1, 'b.step': 2 });
    bound.step({ a: values(17, 3e38), b: values(3) });
    expect(bound.skippedSteps).toBe(3);
  });

  it('windows: a step with the mean; each parameter has a window of its own', () => {
    const [a, b, c] = [values(33), values(2), values(33)];
    const make = (gradientAccumulationSteps: number | null) =>
      optimizers.adamw({ learningRate: 0.1, weightDecay: 0.3, gradientAccumulationSteps });
    const bound = make(3).bind({ a, b }, { backend: choice });
    const plain = make(null).bind({ c }, { backend: choice });
    const gradients = [1, 2, 0.3].map((scale) => values(33, scale));
    bound.step({ a: gradients[0], b: values(2) });
    bound.step({ a: gradients[1] });
    expectSameBits(a, c);
    expect(bound.stateDict()).toMatchObject({ 'a.accumulated': 2, 'b.accumulated': 1, 'a.step': 0 });
    bound.step({ a: gradients[2], b: values(2) });
    const sum = gradients[0].slice();
    for (const g of gradients.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += g[i];
    plain.step({ c: sum.map((value) => value / 3) });
    expectSameBits(a, c);
    expect(bound.stateDict()).toMatchObject({ 'a.accumulated': 0, 'b.accumulated': 2, 'a.step': 1, 'b.step': 0 });
  });

  it('a scaled loss: gradients are divided by the scale, which follows the steps', () => {
    const [a, b] = [values(40), values(40)];
    const lossScale = { initialScale: 16, growthInterval: 2 };
    const scaled = optimizers.adam({ lossScale, clipNorm: 0.5 }).bind({ a }, { backend: choice });
    const plain = optimizers.adam({ clipNorm: 0.5 }).bind({ b }, { backend: choice });
    const seen = [];
    for (let t = 1; t <= 5; t++) {
      const g = values(40, t);
      scaled.step({ a: g.map((value) => value * scaled.lossScale) });
      plain.step({ b: g });
      expectSameBits(a, b);
      seen.push(scaled.lossScale);
    }
    expect(seen).toEqual([16, 32, 32, 64, 64]);
    scaled.step({ a: values(40).fill(Number.POSITIVE_INFINITY) });
    expect([scaled.lossScale, scaled.skippedSteps]).toEqual([32, 1]);
    expect(scaled.stateDict()).toMatchObject({ lossScale: 32, lossScaleSteps: 0, 'a.step': 5 });
  });

  it('ema is what Keras defines, and takes the place of the weights every so often', () => {
    const w = values(20);
    const ema = { decay: 0.75, overwriteFrequency: 4 };
    const bound = optimizers.sgd({ learningRate: 0.5, ema }).bind({ w }, { backend: choice });
    const plain = Float64Array.from(w);
    let average = plain.slice();
    expect(bound.averaged().w).toEqual(w);
    for (let t = 1; t <= 9; t++) {
      const g = values(20, 1 / t);
      bound.step({ w: g });
      plain.forEach((_, i) => {
        plain[i] -= 0.5 * g[i];
      });
      average = t === 1 ? plain.slice() : average.map((value, i) => 0.75 * value + 0.25 * plain[i]);
      if (t % 4 === 0) plain.set(average);
      bound.averaged().w.forEach((value, i) => {
        expect(Math.abs(value - average[i])).toBeLessThan(1e-6);
      });
      w.forEach((value, i) => {
        expect(Math.abs(value - plain[i])).toBeLessThan(1e-6);
      });
    }
  });

  it('swa is the mean of the weights after the steps that it names', () => {
    const w = values(5);
    const bound = optimizers.sgd({ learningRate: 1, swa: { start: 3, frequency: 2 } }).bind({ w }, { backend: choice });
    const seen: Float32Array[] = [];
    for (let t = 1; t <= 8; t++) {
      bound.step({ w: values(5, t / 8) });
      if (t >= 3 && (t - 3) % 2 === 0) seen.push(w.slice());
      const wanted = seen.length === 0 ? w : w.map((_, i) => seen.reduce((sum, v) => sum + v[i], 0) / seen.length);
      bound.averaged().w.forEach((value, i) => {
        expect(Math.abs(value - wanted[i])).toBeLessThan(1e-6);
      });
    }
  });

  it('centralize takes the mean of each column away from matrices, and leaves vectors', () => {
    const m = { data: new Float32Array(12), shape: [4, 3] };
    const v = new Float32Array(3);
    const bound = optimizers.sgd({ learningRate: 1, centralize: true }).bind({ m, v }, { backend: choice });
    const g = values(12);
    bound.step({ m: g, v: Float32Array.of(1, 2, 3) });
    for (let j = 0; j < 3; j++) {
      const mean = (g[j] + g[3 + j] + g[6 + j] + g[9 + j]) / 4;
      for (let i = 0; i < 4; i++) expect(Math.abs(m.data[3 * i + j] + g[3 * i + j] - mean)).toBeLessThan(1e-6);
    }
    expect(v).toEqual(Float32Array.of(-1, -2, -3));
  });

  it('noise is that of the step of its parameter, whatever else has a step', () => {
    const ending = (...steps: string[][]) => {
      const [w, b] = [new Float32Array(3), new Float32Array(3)];
      const bound = optimizers.sgd({ noise: 0.1, globalClipNorm: 1 }).bind({ w, b }, { backend: choice });
      for (const names of steps) bound.step(Object.fromEntries(names.map((name) => [name, new Float32Array(3)])));
      return { w, b };
    };
    const { b } = ending(['w', 'b']);
    const late = ending(['w'], ['w'], ['w', 'b']);
    expectSameBits(late.b, b);
    expect(ending(['w'], ['w'], ['b', 'w'])).toEqual(late);
    expectSameBits(late.w, ending(['w'], ['w'], ['w']).w);
  });

  it('noise has the variance it should have, other numbers in each step, and follows from the seed', () => {
    const n = 40000;
    const run = (seed: number) => {
      const w = new Float32Array(n);
      const bound = optimizers
        .sgd({ learningRate: 1, noise: { eta: 0.3, gamma: 0.55, seed } })
        .bind({ w }, { backend: choice });
      const seen = [];
      for (let t = 1; t <= 3; t++) {
        const before = w.slice();
        bound.step({ w: new Float32Array(n) });
        seen.push(w.map((value, i) => before[i] - value));
      }
      return seen;
    };
    const first = run(7);
    first.forEach((noise, i) => {
      const mean = noise.reduce((sum, z) => sum + z, 0) / n;
      const variance = noise.reduce((sum, z) => sum + (z - mean) ** 2, 0) / n;
      const wanted = 0.3 / (i + 1) ** 0.55;
      // Five standard errors.
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(wanted / n));
      expect(Math.abs(variance / wanted - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    });
    expectSameBits(run(7)[2], first[2]);
    expect(run(8)[0]).not.toEqual(first[0]);
    // Steps and halves of one array have nothing in common.
    const correlation = (p: Float32Array, q: Float32Array) => p.reduce((sum, z, i) => sum + z * q[i], 0) / n;
    expect(Math.abs(correlation(first[0], first[1]))).toBeLessThan(5 * (0.3 / Math.sqrt(n)));
  });
});

describe('options', () => {
  const cases: [object, string][] = [
    [{ skipNonFinite: 1 }, 'adam: skipNonFinite must be true or false, got 1'],
    [{ gradientAccumulationSteps: 0 }, 'adam: gradientAccumulationSteps must be an integer of at least 1, got 0'],
    [{ gradientAccumulationSteps: 1.5 }, 'got 1.5'],
    [{ gradientAccumulationSteps: 2 ** 24 }, 'must be an integer from 1 to 16777215, got 16777216'],
    [{ lossScale: 0 }, 'adam: lossScale must be in'],
    [{ lossScale: 1e39 }, 'adam: lossScale must be in'],
    [{ lossScale: 'static' }, `adam: lossScale must be a number, 'dynamic' or an object, got "static"`],
    [{ lossScale: { growthFactor: 0.5 } }, 'adam: lossScale.growthFactor must be in'],
    [{ lossScale: { backoffFactor: 0 } }, 'adam: lossScale.backoffFactor must be in (0, 1], got 0'],
    [{ lossScale: { growthInterval: 0 } }, 'adam: lossScale.growthInterval must be an integer of at least 1, got 0'],
    [{ lossScale: { grow: 2 } }, 'adam: lossScale'],
    [{ ema: 1 }, 'adam: ema must be in [0, 1), got 1'],
    [{ ema: { decay: -1 } }, 'adam: ema.decay must be in [0, 1), got -1'],
    [{ ema: { every: 0 } }, 'adam: ema.every must be an integer of at least 1, got 0'],
    [{ ema: { overwriteFrequency: 0 } }, 'adam: ema.overwriteFrequency must be'],
    [{ ema: 0.9, swa: { start: 1 } }, 'adam: ema and swa are two averages'],
    [{ swa: {} }, 'adam: swa.start must be'],
    [{ swa: { start: 1, frequency: 0.5 } }, 'adam: swa.frequency must be'],
    [{ noise: 0 }, 'adam: noise must be a finite number greater than 0, got 0'],
    [{ noise: { eta: 1, gamma: -1 } }, 'adam: noise.gamma must be'],
    [{ noise: { eta: 1, seed: -1 } }, 'adam: noise.seed must be'],
    [{ centralize: 'yes' }, 'adam: centralize must be true or false'],
  ];
  for (const [options, message] of cases) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const text = thrown(() => optimizers.adam(options as never));
      expect(text).toContain('ERR_PLUMMET_OPTION');
      expect(text).toContain(message);
    });
  }

  it('groups may have averages and noise of their own, or none, but no windows', () => {
    const [a, b] = [values(4), values(4)];
    const groups = [{ match: ['b'], ema: null, noise: null }];
    const bound = optimizers.sgd({ ema: 0.5, noise: 1, groups }).bind({ a, b });
    const before = b.slice();
    bound.step({ a: new Float32Array(4), b: new Float32Array(4) });
    expect(Object.keys(bound.stateDict()).sort()).toEqual(['a.ema', 'a.step', 'b.step']);
    expectSameBits(b, before);
    expect(thrown(() => optimizers.sgd({ groups: [{ match: /./, skipNonFinite: true } as never] }))).toContain(
      'sgd: groups[0]',
    );
  });
});
