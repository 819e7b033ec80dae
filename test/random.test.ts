import { describe, expect, it } from 'vitest';
import { cos, log, sin } from '#src/math.js';
import { fillNormals, fillUniforms, philox, purpose, seedWords, stream } from '#src/random.js';

const hex = (...words: number[]) => words.map((w) => w.toString(16).padStart(8, '0')).join(' ');
const block = (c: number[], k: number[]) => {
  const out = new Uint32Array(4);
  philox(k[0], k[1], c[0], c[1], c[2], c[3], out);
  return hex(...out);
};

describe('Philox4x32-10', () => {
  it('gives the known answers of Random123', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(block([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toBe(
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    );
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });

  it('equals the definition in 64-bit integers', () => {
    const wide = (c: bigint[], k: bigint[]) => {
      const mask = 0xffffffffn;
      let [a, b, d, e] = c;
      let [k0, k1] = k;
      for (let i = 0; i < 10; i++) {
        const p = 0xd2511f53n * a;
        const q = 0xcd9e8d57n * d;
        [a, b, d, e] = [(q >> 32n) ^ b ^ k0, q & mask, (p >> 32n) ^ e ^ k1, p & mask];
        [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
      }
      return hex(...[a, b, d, e].map(Number));
    };
    for (let i = 0; i < 2000; i++) {
      const words = Array.from({ length: 6 }, (_, j) =>
        i < 64 ? 2 ** (i % 32) - (i < 32 ? 1 : 0) : Math.imul(i * 6 + j + 1, 0x9e3779b1) >>> 0,
      );
      const big = words.map(BigInt);
      expect(block(words.slice(0, 4), words.slice(4))).toBe(wide(big.slice(0, 4), big.slice(4)));
    }
  });
});

describe('streams', () => {
  it('are keyed by seed, purpose, layer and step', () => {
    const seed = 5 * 2 ** 32 + 7;
    const step = 3 * 2 ** 32 + 9;
    expect(seedWords(seed)).toEqual({ low: 7, high: 5 });
    const next = stream(seed, purpose.dropout, 11, step);
    const words = Array.from({ length: 8 }, next);
    expect(hex(...words.slice(0, 4))).toBe(block([0, (2 << 24) | 11, 9, 3], [7, 5]));
    expect(hex(...words.slice(4))).toBe(block([1, (2 << 24) | 11, 9, 3], [7, 5]));
  });
});

/** Mean, variance, and the fourth moment over the squared variance. */
function moments(values: number[]) {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const centred = values.map((x) => x - mean);
  const variance = centred.reduce((a, x) => a + x * x, 0) / values.length;
  return { mean, variance, kurtosis: centred.reduce((a, x) => a + x ** 4, 0) / values.length / variance ** 2 };
}

describe('distributions', () => {
  const n = 200000;
  const take = (fill: (out: Float32Array) => void): number[] => {
    const out = new Float32Array(n);
    fill(out);
    return Array.from(out);
  };

  it('uniform', () => {
    const values = take((out) => fillUniforms(out, 1, 0, 0, 0, 1));
    expect(Math.min(...values.slice(0, 50000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 50000))).toBeLessThan(1);
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.003);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.02);
  });

  it('normal', () => {
    const values = take((out) => fillNormals(out, 1, 0, 0, 0, 1));
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.06);
    expect(Math.abs(values.filter((x) => x < -1).length / n - 0.158655)).toBeLessThan(0.004);
    // Neighbours come from one pair; they must not be correlated.
    expect(Math.abs(values.reduce((sum, x, i) => sum + (i % 2 ? x * values[i - 1] : 0), 0) / (n / 2))).toBeLessThan(
      0.015,
    );
  });

  it('truncated normal', () => {
    const values = take((out) => fillNormals(out, 1, 0, 0, 0, 1, 2));
    expect(values.every((x) => Math.abs(x) < 2)).toBe(true);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(Math.sqrt(variance) - 0.87962566103423978)).toBeLessThan(0.005);
  });

  it('takes the words of the stream in order, whatever the length', () => {
    const draw = (count: number, fill: (out: Float32Array) => void) => {
      const out = new Float32Array(count);
      fill(out);
      return [...out];
    };
    const next = stream(9, purpose.weights, 3, 0);
    const words = Array.from({ length: 8192 }, next);
    const uniform = words.map((word) => Math.fround(-2 + (word / 4294967296) * 5));
    const fine = (i: number) => ((words[i] >>> 5) * 67108864 + (words[i + 1] >>> 6) + 1) / 9007199254740992;
    const normal: number[] = [];
    for (let i = 0; i < words.length; i += 4) {
      const [radius, angle] = [Math.sqrt(-2 * log(fine(i))), 2 * Math.PI * fine(i + 2)];
      normal.push(radius * cos(angle), radius * sin(angle));
    }
    const shown = normal.map((z) => Math.fround(0.5 + z * 3));
    const kept = normal.filter((z) => z > -2 && z < 2).map((z) => Math.fround(0.5 + z * 3));
    for (const count of [0, 1, 2, 3, 4, 5, 1023, 1024, 1025, 3000]) {
      expect(draw(count, (out) => fillUniforms(out, 9, purpose.weights, 3, -2, 3))).toEqual(uniform.slice(0, count));
      expect(draw(count, (out) => fillNormals(out, 9, purpose.weights, 3, 0.5, 3))).toEqual(shown.slice(0, count));
      expect(draw(count, (out) => fillNormals(out, 9, purpose.weights, 3, 0.5, 3, 2))).toEqual(kept.slice(0, count));
    }
  });
});
