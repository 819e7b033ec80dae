/** What docs/optimizers.md says of states, against the code: names and sizes. */
import { describe, expect, it } from 'vitest';
import { optimizerNames } from '#src/optimizers/index.js';
import type { Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { amountOf, codeOf, evaluated, tableOf } from '../support/page.ts';
import { COLUMNS, chapter, factoryOf, follow, LENGTH, type Options, ROWS, section, valueIn } from './page.ts';

/** Floats of all states of a parameter. */
const floatsOf = (state: Options, parameter: string, without: readonly string[] = []): number =>
  Object.entries(state).reduce((sum, [key, value]) => {
    const [of, name] = key.split('.');
    return of !== parameter || without.includes(name) || !(value instanceof Float32Array) ? sum : sum + value.length;
  }, 0);

const namesIn = (state: Options): Set<string> =>
  new Set(Object.keys(state).flatMap((key) => (typeof state[key] === 'number' ? [] : [key.split('.')[1] ?? key])));

describe('states', () => {
  const { rows } = tableOf(chapter('State'), 'optimizer', 'with', 'states', 'matrix', 'vector');

  it('are there for each optimizer', () => {
    expect([...new Set(rows.map(([name]) => codeOf(name)[0]))].sort()).toEqual([...optimizerNames].sort());
  });

  it.each(rows)('of %s with %s are %s: %s and %s floats', (name, told, states, matrix, vector) => {
    const options = evaluated(`{ ${codeOf(told)[0] ?? ''} }`, { sgd: optimizers.sgd }) as Options;
    const { state } = follow(factoryOf(codeOf(name)[0])(options));
    const inside = states.startsWith('those inside')
      ? ((options.optimizer as Optimizer) ?? optimizers.sgd()).states
      : [];
    const [own, shared = ''] = states.split('for all together');
    expect(namesIn(state)).toEqual(new Set([...codeOf(own), ...codeOf(shared), ...inside.map(({ name }) => name)]));
    const h = ((state['w.oldDirs'] as Float32Array)?.length ?? 0) / (ROWS * COLUMNS);
    if (states.includes('oldDirs')) expect(h).toBeGreaterThan(0);
    expect(floatsOf(state, 'w', codeOf(shared))).toBe(amountOf(matrix, { m: ROWS, n: COLUMNS, h }));
    expect(floatsOf(state, 'b', codeOf(shared))).toBe(amountOf(vector, { n: LENGTH, h }));
  });

  it('are one more with averages and windows of batches', () => {
    const more = [{ ema: 0.9 }, { swa: { start: 1 } }, { gradientAccumulationSteps: 2 }];
    const said = chapter('State').match(/\n(`ema` and `swa` .*?)\. /)?.[1] ?? '';
    for (const options of more) {
      const { state } = follow(optimizers.lion(options));
      const name = [...namesIn(state)].find((other) => other !== 'expAvg') ?? '';
      expect(codeOf(said)).toContain(name);
      expect(floatsOf(state, 'w')).toBe(2 * ROWS * COLUMNS);
    }
  });

  const stored = tableOf(chapter('State'), '`stateDtype`', 'matrix', 'vector').rows;
  const bits = optimizerNames.filter((name) => section(name).includes('`stateDtype`'));

  it('have few bits where the code has the option', () => {
    expect(bits).toEqual(optimizerNames.filter((name) => 'stateDtype' in factoryOf(name)().options));
    const said = chapter('State').match(/`stateDtype` of ([^\n]*?) stores/)?.[1] ?? '';
    expect(codeOf(said).sort()).toEqual([...bits].sort());
  });

  it.each(stored)('stored as %s are %s and %s bytes', (dtype, matrix, vector) => {
    const blockSize = 16;
    const letters = { B: blockSize };
    for (const name of bits) {
      const stateDtype = valueIn(dtype);
      const optimizer = factoryOf(name)({ stateDtype, blockSize });
      const { state } = follow(optimizer);
      const bytes = (parameter: string): number =>
        optimizer.states.reduce((sum, spec) => {
          const { length } = state[`${parameter}.${spec.name}`] as Float32Array;
          return sum + length * { float32: 4, bfloat16: 2, uint8: 1 }[spec.stored ?? 'float32'];
        }, 0);
      const count = factoryOf(name)().states.length;
      expect(bytes('w')).toBe(count * amountOf(matrix, { m: ROWS, n: COLUMNS, ...letters }));
      expect(bytes('b')).toBe(count * amountOf(vector, { n: LENGTH, ...letters }));
    }
  });
});
