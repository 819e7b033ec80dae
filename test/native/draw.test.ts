/** Random numbers drawn natively are those of src/random.ts, to the bit. */
import { describe, expect, it } from 'vitest';
import * as initializers from '#src/initializers/initializers.js';
import { fillNormals, fillUniforms, purpose } from '#src/random.js';
import { expectSameBits } from '../support/bits.ts';
import { addon, built } from './plans.ts';

type Fill = (out: Float32Array, draw?: typeof addon.draw) => void;

function compare(count: number, fill: Fill, what: string): void {
  const expected = new Float32Array(count);
  fill(expected);
  const actual = new Float32Array(count).fill(Number.NaN);
  fill(actual, addon.draw);
  expectSameBits(actual, expected, what);
}

const INFINITE = Number.POSITIVE_INFINITY;

describe.skipIf(!built)('random numbers drawn natively', () => {
  const seeds = [0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];

  it('are the same for any seed, purpose, layer and length', () => {
    for (const seed of seeds) {
      for (const [use, layer] of [
        [purpose.weights, 0],
        [purpose.noise, 2 ** 24 - 1],
      ]) {
        for (const count of [0, 1, 2, 3, 4, 5, 7, 1023, 1024, 1025]) {
          const what = `${count} of seed ${seed}, layer ${layer}`;
          compare(count, (out, draw) => fillUniforms(out, seed, use, layer, -2, 3, draw), `uniform: ${what}`);
          compare(count, (out, draw) => fillNormals(out, seed, use, layer, 0.5, 3, INFINITE, draw), `normal: ${what}`);
          compare(count, (out, draw) => fillNormals(out, seed, use, layer, 0.5, 3, 2, draw), `cut: ${what}`);
        }
      }
    }
  });

  it('are the same where all bits of a double show', () => {
    // The small difference of large numbers: what a float would round away stands in its upper bits.
    for (let part = 0; part < 8; part++) {
      const [mean, deviation] = [-(2 ** 30) * part, 2 ** 30];
      compare(100_000, (out, draw) => fillNormals(out, part, 0, 1, mean, deviation, INFINITE, draw), `part ${part}`);
      compare(100_000, (out, draw) => fillUniforms(out, part, 0, 1, mean / 8, mean / 8 + deviation, draw), `${part}`);
    }
  });

  it('fill with what initialisers begin with, and with infinities and NaN', () => {
    for (const name of ['glorotUniform', 'heNormal', 'lecunUniform', 'randomNormal', 'truncatedNormal'] as const) {
      compare(784 * 128, (out, draw) => initializers[name]().fill(out, [784, 128], 3, 0, draw), name);
    }
    for (const odd of [INFINITE, Number.NaN, 1e300, -0]) {
      compare(9, (out, draw) => fillNormals(out, 1, 0, 0, odd, 1, INFINITE, draw), `mean ${odd}`);
      compare(9, (out, draw) => fillUniforms(out, 1, 0, 0, odd, odd, draw), `limits ${odd}`);
    }
  });

  it('are refused where the call makes no sense', () => {
    const out = new Float32Array(4);
    const good = [0, 0, 0, 1, 0, 1, 2];
    const codeOf = (given: unknown, numbers: unknown): string => {
      try {
        addon.draw(given as Float32Array, numbers as Float64Array);
        return '';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(codeOf(out, Float64Array.from(good))).toBe('');
    for (const wrong of [null, undefined, 1, [1], new Float64Array(4), new Int32Array(4), {}]) {
      expect(codeOf(wrong, Float64Array.from(good))).toBe('ERR_PLUMMET_TYPE');
    }
    expect(codeOf(out, good)).toBe('ERR_PLUMMET_TYPE');
    expect(codeOf(out, new Float64Array(6))).toBe('ERR_PLUMMET_SHAPE');
    for (const [place, value] of [
      [0, -1],
      [1, 2 ** 32],
      [2, 0.5],
      [3, 2],
      [6, 0.5],
      [6, Number.NaN],
    ]) {
      expect(codeOf(out, Float64Array.from(good).fill(value, place, place + 1)), `${place}: ${value}`).toBe(
        'ERR_PLUMMET_OPTION',
      );
    }
  });
});
