import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as ours from '#src/kernels/reference/transcendentals.js';

const golden = JSON.parse(readFileSync(new URL('../golden/transcendentals.json', import.meta.url), 'utf8')) as {
  stride: number;
  hashes: Record<Name, number>;
};

/** Float64 to compare with, and the largest error in ulp. */
const functions = {
  exp: { exact: Math.exp, bound: 0.87 },
  log: { exact: Math.log, bound: 0.87 },
  log1p: { exact: Math.log1p, bound: 0.92 },
  tanh: { exact: Math.tanh, bound: 1.31 },
  sigmoid: { exact: (x: number) => 1 / (1 + Math.exp(-x)), bound: 1.97 },
};
type Name = keyof typeof functions;
const names = Object.keys(functions) as Name[];

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function fromBits(pattern: number): number {
  bits[0] = pattern;
  return float[0];
}

/** NaN has one pattern. */
function toBits(x: number): number {
  float[0] = x;
  return Number.isNaN(x) ? 0x7fc00000 : bits[0];
}

/** The distance between floats around x, for a result of that size. */
function ulp(x: number): number {
  const next = fromBits(toBits(Math.max(Math.abs(Math.fround(x)), 2 ** -126)) & 0x7f800000);
  return next === Infinity ? 2 ** 104 : next * 2 ** -23;
}

function error(got: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (toBits(got) === toBits(nearest)) return 0;
  if (!Number.isFinite(got) || Number.isNaN(nearest)) return Infinity;
  return Math.abs(got - exact) / ulp(exact);
}

describe.each(names)('%s', (name) => {
  const { exact, bound } = functions[name];
  const f = ours[name];

  it('gives the bits of the native kernels', () => {
    let hash = 0x811c9dc5;
    for (let pattern = 0; pattern < 2 ** 32; pattern += golden.stride) {
      hash = Math.imul(hash ^ toBits(f(fromBits(pattern))), 0x01000193);
    }
    expect(hash >>> 0).toBe(golden.hashes[name]);
  });

  it(`is within ${bound} ulp`, () => {
    let worst = 0;
    let at = 0;
    for (let pattern = 0; pattern < 2 ** 32; pattern += 1999) {
      const x = fromBits(pattern);
      const e = error(f(x), exact(x));
      if (e > worst) [worst, at] = [e, x];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(bound);
  });

  it('gives float32', () => {
    let wrong = 0;
    for (let pattern = 0; pattern < 2 ** 32; pattern += 100_003) {
      const y = f(fromBits(pattern));
      if (!Object.is(y, Math.fround(y))) wrong++;
    }
    expect(wrong).toBe(0);
  });
});

const tiny = 2 ** -149;
it.each([
  [
    'exp',
    [0, 1],
    [-0, 1],
    [-Infinity, 0],
    [Infinity, Infinity],
    [NaN, NaN],
    [89.5, Infinity],
    [-104.5, 0],
    [-103.5, tiny],
  ],
  ['log', [1, 0], [0, -Infinity], [-0, -Infinity], [-tiny, NaN], [Infinity, Infinity], [NaN, NaN]],
  ['log1p', [0, 0], [-0, -0], [tiny, tiny], [-1, -Infinity], [-1.5, NaN], [Infinity, Infinity], [NaN, NaN]],
  ['tanh', [0, 0], [-0, -0], [-tiny, -tiny], [Infinity, 1], [-Infinity, -1], [NaN, NaN]],
  ['sigmoid', [0, 0.5], [-0, 0.5], [Infinity, 1], [-Infinity, 0], [NaN, NaN]],
] as [Name, ...[number, number][]][])('%s of special values', (name, ...cases) => {
  for (const [x, y] of cases) expect(ours[name](x), `${name}(${x})`).toBe(y);
});
