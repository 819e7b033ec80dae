import { describe, expect, it } from 'vitest';
import { resolve } from '#src/initializers/index.js';
import * as initializers from '#src/initializers/initializers.js';
import { stream } from '#src/random.js';

const fill = (initializer: ReturnType<typeof initializers.zeros>, shape: number[], seed = 1, index = 0) => {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  initializer.fill(out, shape, seed, index);
  return out;
};
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
const largest = (values: Float32Array) => values.reduce((m, x) => Math.max(m, Math.abs(x)), 0);

describe('initializers', () => {
  it('with one value', () => {
    expect(fill(initializers.zeros(), [3])).toEqual(new Float32Array(3));
    expect(fill(initializers.ones(), [2])).toEqual(new Float32Array([1, 1]));
    expect(fill(initializers.constant({ value: 0.1 }), [2])).toEqual(new Float32Array([0.1, 0.1]));
    expect(fill(initializers.constant(), [1])).toEqual(new Float32Array(1));
  });

  // Keras's VarianceScaling: uniform within √(3 s / fan); normal cut at two deviations, √(s / fan) after the cut.
  const [inputs, outputs] = [300, 100];
  const variances: Record<string, number> = { glorot: 2 / (inputs + outputs), he: 2 / inputs, lecun: 1 / inputs };
  for (const [name, variance] of Object.entries(variances)) {
    it(`${name}: the variance follows from the shape`, () => {
      const uniform = fill(resolve(`${name}Uniform`), [inputs, outputs]);
      const limit = Math.sqrt(3 * variance);
      expect(largest(uniform)).toBeLessThanOrEqual(Math.fround(limit));
      expect(largest(uniform)).toBeGreaterThan(limit * 0.999);
      expect(deviation(uniform) / Math.sqrt(variance)).toBeCloseTo(1, 1.7);
      const normal = fill(resolve(`${name}Normal`), [inputs, outputs]);
      const cut = (2 * Math.sqrt(variance)) / 0.87962566103423978;
      expect(largest(normal)).toBeLessThanOrEqual(cut);
      expect(largest(normal)).toBeGreaterThan(cut * 0.99);
      expect(deviation(normal) / Math.sqrt(variance)).toBeCloseTo(1, 1.7);
    });
  }

  it('count fans of vectors and of kernels with a field', () => {
    expect(largest(fill(initializers.heUniform(), [1000]))).toBeCloseTo(Math.sqrt(6 / 1000), 3);
    expect(largest(fill(initializers.heUniform(), [3, 3, 10, 20]))).toBeCloseTo(Math.sqrt(6 / 90), 3);
    expect(fill(initializers.heUniform(), []).length).toBe(1);
  });

  it('draw from the distributions asked for', () => {
    const uniform = fill(initializers.randomUniform({ minval: 2, maxval: 3 }), [20000]);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThanOrEqual(3);
    expect(uniform.reduce((a, b) => a + b) / 20000).toBeCloseTo(2.5, 1.7);
    const normal = fill(initializers.randomNormal({ mean: 5, stddev: 0.5 }), [20000]);
    expect(normal.reduce((a, b) => a + b) / 20000).toBeCloseTo(5, 1.5);
    expect(largest(normal)).toBeGreaterThan(6.5);
    const truncated = fill(initializers.truncatedNormal({ stddev: 0.5 }), [20000]);
    expect(largest(truncated)).toBeLessThanOrEqual(1);
    expect(deviation(truncated)).toBeCloseTo(0.44, 1.7);
    expect(largest(fill(initializers.randomUniform(), [1000]))).toBeLessThanOrEqual(Math.fround(0.05));
  });

  it('take the words of Philox in order', () => {
    const words = stream(7, 0, 3, 0);
    const out = fill(initializers.randomUniform({ minval: 0, maxval: 1 }), [2, 3], 7, 3);
    expect(out).toEqual(Float32Array.from({ length: 6 }, () => words() / 2 ** 32));
  });

  it('depend on seed and place, and on nothing else', () => {
    for (const name of ['glorotUniform', 'heNormal', 'randomNormal', 'truncatedNormal']) {
      const first = fill(resolve(name), [10, 10], 1, 0);
      expect(fill(resolve(name), [10, 10], 1, 0)).toEqual(first);
      expect(fill(resolve(name), [10, 10], 2, 0)).not.toEqual(first);
      expect(fill(resolve(name), [10, 10], 1, 1)).not.toEqual(first);
      expect(fill(resolve(name), [10, 10], 1 + 2 ** 32, 0)).not.toEqual(first);
    }
  });

  it('keep their bits', () => {
    // Recorded once: a change here changes the weights that every model begins with.
    const bits = (name: string) =>
      Array.from(new Uint32Array(fill(resolve(name), [3, 2], 42, 1).buffer), (w) => w.toString(16)).join(' ');
    expect(bits('glorotUniform')).toMatchInlineSnapshot(`"bf05e978 bc9deae1 bf2f7bb6 be3ace9e bf4de9e2 be4de8d4"`);
    expect(bits('heNormal')).toMatchInlineSnapshot(`"3f15d9d9 3fb3ad87 bfd2b649 bf606259 bf83ca58 3b359675"`);
    expect(bits('randomNormal')).toMatchInlineSnapshot(`"3d01264c 3d9adb22 bdb59a5a bd4162e5 bddc27ce bd632b06"`);
  });

  it('go by name, and say which names there are', () => {
    const own = initializers.ones();
    expect(resolve(own)).toBe(own);
    expect(resolve('zeros').name).toBe('zeros');
    expect(() => resolve('glorot_uniform', 'dense', 'kernelInitializer')).toThrow(
      'dense: kernelInitializer must be one of the known names, got "glorot_uniform". Did you mean "glorotUniform"?',
    );
    for (const wrong of [null, 5, {}, { ...own }, 'resolve', 'toString', Symbol('s')]) {
      expect(() => resolve(wrong)).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }));
    }
    expect(() => initializers.constant({ value: Number.NaN })).toThrow(
      'constant: value must be a finite number, got NaN',
    );
    expect(() => initializers.randomNormal({ stddev: -1 })).toThrow('stddev');
    expect(() => initializers.randomUniform({ minval: 1, maxval: 0 })).toThrow('minval must not exceed maxval');
    expect(() => initializers.randomNormal({ sttdev: 1 } as never)).toThrow('Did you mean "stddev"?');
  });
});
