/** The recorded cases are complete: lengths, peaks, and every option at two values at least. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Case {
  name: string;
  convention: string;
  options: Record<string, unknown>;
  defaults: boolean;
  params: { shape: number[]; values: number[] }[];
  grads?: (number[] | null)[][];
  problem?: { kind: string };
  trajectory: number[][][];
  state: Record<string, number | number[]>[];
  statePeak: Record<string, number[]>[];
  tolerance: { trajectory: number; state: number };
}

const folder = (name: string) => new URL(`../golden/${name}/`, import.meta.url);
const casesOf = (where: string, file: string): Case[] =>
  (JSON.parse(readFileSync(new URL(file, folder(where)), 'utf8')) as { cases: Case[] }).cases;
const others = new Set(readdirSync(folder('optimizers')));

/** What tells SAM and ASAM apart: each has one value of it, or, where the other is none of its business, no more. */
const fixed = new Set(['sam.json adaptive', 'sam.json eta', 'asam.json adaptive']);

describe.each(readdirSync(folder('recorded')))('%s', (file) => {
  const cases = casesOf('recorded', file);

  it('has cases that are complete', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const c of cases) {
      const sizes = c.params.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
      expect(c.params.map(({ values }) => values.length)).toEqual(sizes);
      if (!c.problem) expect(c.grads).toHaveLength(c.trajectory.length);
      for (const row of c.grads ?? []) expect(row.every((g, p) => g === null || g.length === sizes[p])).toBe(true);
      for (const row of c.trajectory) expect(row.map((values) => values.length)).toEqual(sizes);
      const moved = c.trajectory.at(-1)?.some((values, p) => values.some((x, i) => x !== c.params[p].values[i]));
      expect(moved, c.name).toBe(true);
      c.state.forEach((state, p) => {
        for (const [name, values] of Object.entries(state)) {
          if (typeof values === 'number') continue;
          const peaks = c.statePeak[p][name];
          expect(values.every((x, i) => Math.abs(x) <= 1.01 * peaks[i])).toBe(true);
        }
      });
      expect(c.tolerance.trajectory).toBeLessThan(1e-2);
      expect(c.tolerance.state).toBeLessThan(1e-2);
    }
  });

  it('has every option at two values, together with what the libraries have recorded', () => {
    const known = others.has(file) ? casesOf('optimizers', file) : [];
    const all = [...cases, ...known];
    expect(cases.some(({ defaults }) => defaults) || known.length > 0).toBe(true);
    for (const option of Object.keys(cases[0].options)) {
      const values = new Set(all.map(({ options }) => JSON.stringify(options[option])));
      if (!fixed.has(`${file} ${option}`)) expect(values.size, option).toBeGreaterThan(1);
    }
  });
});
