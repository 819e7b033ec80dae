/** docs/optimizers.md, and what its tests have in common. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { OptimizerName } from '#src/optimizers/index.js';
import type { BoundOptimizer, Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { codeOf, evaluated, sectionsOf, type Table } from '../support/page.ts';

export type Options = Record<string, unknown>;
export type Factory = (options?: Options) => Optimizer;

export const page = readFileSync('docs/optimizers.md', 'utf8');
export const chapters = sectionsOf(page, 2);
export const sections = sectionsOf(page, 3);
export const chapter = (name: string): string => chapters.get(name) ?? '';
export const section = (name: string): string => sections.get(name) ?? '';
export const factoryOf = (name: string): Factory => optimizers[name as OptimizerName] as Factory;
export const valueIn = (cell: string): unknown => evaluated(codeOf(cell)[0], { sgd: optimizers.sgd });

/** The options that a table gives to a convention: an empty cell is that of the first one, a dash means that there is none. */
export function optionsIn({ header, rows }: Table, column: number): Options {
  const entries = rows.flatMap((row): [string, unknown][] => {
    const cell = row[column] === '' ? row[1] : row[column];
    return cell === '–' ? [] : [[codeOf(row[0])[0], valueIn(cell)]];
  });
  expect(header[0]).toBe('option');
  return Object.fromEntries(entries);
}

export const [ROWS, COLUMNS, LENGTH] = [12, 5, 7];

/** Some steps on a matrix and a vector: what is left. */
export function follow(optimizer: Optimizer, steps = 4) {
  const w = {
    data: Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => ((i * 7) % 11) / 8 - 0.5),
    shape: [ROWS, COLUMNS],
  };
  const b = Float32Array.from({ length: LENGTH }, (_, i) => ((i * 5) % 7) / 4 - 0.75);
  const bound: BoundOptimizer = optimizer.bind({ w, b }, { backend: 'reference' });
  for (let step = 1; step <= steps; step++) {
    const gradient = (values: Float32Array) => values.map((x, i) => 0.7 * x + ((i * step) % 5) / 16 - 0.125);
    const gradients = () => ({ w: gradient(w.data), b: gradient(b) });
    if (optimizer.ascent || optimizer.search) bound.step(() => ({ loss: 1 / step, gradients: gradients() }));
    else bound.step(gradients());
  }
  return { w: w.data, b, state: bound.stateDict() };
}
