/** What docs/optimizers.md says, against the code: names, defaults, states and their sizes. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { data, findLearningRate, initializers, layers, sequential } from '#src/index.js';
import { commonOptions } from '#src/optimizers/common.js';
import { type OptimizerName, optimizerNames } from '#src/optimizers/index.js';
import { isOptimizer } from '#src/optimizers/make.js';
import type { BoundOptimizer, Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import type { Schedule } from '#src/schedules/schedule.js';
import * as schedules from '#src/schedules/schedules.js';
import { amountOf, codeOf, evaluated, sectionsOf, type Table, tableOf } from '../support/page.ts';

type Options = Record<string, unknown>;
type Factory = (options?: Options) => Optimizer;

const page = readFileSync('docs/optimizers.md', 'utf8');
const chapters = sectionsOf(page, 2);
const sections = sectionsOf(page, 3);
const chapter = (name: string): string => chapters.get(name) ?? '';
const section = (name: string): string => sections.get(name) ?? '';
const factoryOf = (name: string): Factory => optimizers[name as OptimizerName] as Factory;
const valueIn = (cell: string): unknown => evaluated(codeOf(cell)[0], { sgd: optimizers.sgd });

/** Options that are optimizers are described as other optimizers describe them. */
const plain = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      isOptimizer(value) ? { name: value.name, ...value.options } : value,
    ]),
  );

/** The options that a table gives to a convention: an empty cell is that of the first one, a dash means that there is none. */
function optionsIn({ header, rows }: Table, column: number): Options {
  const entries = rows.flatMap((row): [string, unknown][] => {
    const cell = row[column] === '' ? row[1] : row[column];
    return cell === '–' ? [] : [[codeOf(row[0])[0], valueIn(cell)]];
  });
  expect(header[0]).toBe('option');
  return Object.fromEntries(entries);
}

const [ROWS, COLUMNS, LENGTH] = [12, 5, 7];

/** Some steps on a matrix and a vector: what is left. */
function follow(optimizer: Optimizer, steps = 4) {
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

describe('docs/optimizers.md', () => {
  it('has a section for each optimizer, and for nothing else', () => {
    expect([...sections.keys()].sort()).toEqual([...optimizerNames, 'switchAt'].sort());
  });

  it('links to each of them at its beginning, and to nothing that is not there', () => {
    const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading]) => heading);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const linked = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    const contents = page.slice(0, page.indexOf('\n## '));
    expect(anchors.filter((anchor) => !contents.includes(`(#${anchor})`))).toEqual([]);
    const prose = page.replace(/```[\s\S]*?```|`[^`]*`/g, '');
    const files = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, file]) => join('docs', file));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('has examples that run', () => {
    const examples = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
    expect(examples.length).toBeGreaterThan(1);
    for (const code of examples) execFileSync(process.execPath, ['--input-type=module', '-e', code], { stdio: 'pipe' });
  });

  it('has a place for what a script fills in', () => {
    expect(chapter('Convergence')).toMatch(/^<!-- convergence -->\n([\s\S]*\n)?<!-- \/convergence -->$/m);
  });
});

describe.each(optimizerNames)('%s', (name) => {
  const make = factoryOf(name);

  it('has a source, a use and a comparison with other libraries', () => {
    const text = section(name);
    expect(text).toMatch(/^[^\n]+\n\n[^\n]* (19|20)\d\d, /);
    expect(text).toMatch(/\n- When: .+\n- Elsewhere: .+\n/);
  });

  const table = tableOf(section(name), 'option', 'default');
  const conventions = table.header.slice(2).filter((title) => title !== 'range');

  it.each([undefined, ...conventions])('has these defaults (convention: %s)', (convention) => {
    const column = convention === undefined ? 1 : table.header.indexOf(convention);
    const given = optionsIn(table, column);
    const told = convention === undefined ? {} : { convention };
    expect(plain(given)).toEqual(make(told).options);
    // What it says of itself is what it does.
    expect(follow(make(given))).toEqual(follow(make(told)));
  });
});

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

describe('what all optimizers share', () => {
  const text = chapter('What all of them share');

  it('is every option that they share, with its default', () => {
    const { rows } = tableOf(text, 'option', 'default');
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual([...commonOptions].sort());
    for (const [name, value] of rows) {
      const option = codeOf(name)[0];
      // Without a default to look at: given explicitly, nothing changes.
      expect(follow(optimizers.adam({ [option]: valueIn(value) }))).toEqual(follow(optimizers.adam()));
    }
  });

  it.each(tableOf(text, 'short', 'long').rows)('%s is %s', (short, long) => {
    const [a, b] = [short, long].map((cell) => optimizers.sgd(valueIn(cell) as Options));
    const rowsOf = (optimizer: Optimizer): Float32Array => {
      const table = new Float32Array(optimizer.width * 9);
      optimizer.fill(table, 1, 9);
      return table;
    };
    const described = ({ gate, globalNorm, parts }: Optimizer) =>
      JSON.stringify([gate, globalNorm, parts.map(({ transforms, averaged }) => [transforms, averaged])]);
    expect(described(a)).toBe(described(b));
    expect(rowsOf(a)).toEqual(rowsOf(b));
    expect(described(a)).not.toBe(described(optimizers.sgd()));
  });
});

describe('schedules', () => {
  const half = schedules.constant({ learningRate: 0.5 });
  /** Values for what has no default. */
  const required: Options = {
    learningRate: 0.1,
    stepSize: 3,
    milestones: [4],
    gamma: 0.5,
    decayRate: 0.5,
    steps: 6,
    baseLearningRate: 0.1,
    maxLearningRate: 0.2,
    totalSteps: 9,
    boundaries: [4],
    values: [0.1, 0.2],
    schedule: half,
    schedules: [half, half],
  };
  const { rows } = tableOf(chapter('Schedules'), 'schedule', 'value of step t', 'options');

  it('are all there', () => {
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual(Object.keys(schedules).sort());
  });

  it.each(rows)('%s', (name, _, cell) => {
    const make = schedules[codeOf(name)[0] as keyof typeof schedules] as unknown as (options: Options) => Schedule;
    const options = codeOf(cell).map((code) => code.split(' = '));
    const needed = options.filter(([, value]) => value === undefined).map(([option]) => option);
    const given = Object.fromEntries(needed.map((option) => [option, required[option]]));
    const wanted = options.flatMap(([option, value]) =>
      value === undefined || value === 'undefined' ? [] : [[option, evaluated(value)]],
    );
    expect({ ...make(given).options }).toEqual({ ...given, ...Object.fromEntries(wanted) });
    for (const option of needed) expect(() => make({ ...given, [option]: undefined })).toThrow(option);
    for (const [option] of options) expect(() => make({ ...given, [option]: {} })).toThrow(option);
  });
});

describe('initializers', () => {
  const { rows } = tableOf(chapter('Initial weights'), 'initializer', 'values', 'options');

  it('are all there', () => {
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual(Object.keys(initializers).sort());
  });

  it.each(rows)('%s', (name, _, cell) => {
    const { config } = initializers[codeOf(name)[0] as keyof typeof initializers]();
    const options = codeOf(cell).map((code) => code.split(' = '));
    expect(config).toEqual(Object.fromEntries(options.map(([option, value]) => [option, evaluated(value)])));
  });
});

describe('the learning-rate range test', () => {
  const table = tableOf(chapter('Learning-rate range test'), 'option', 'default', 'range');
  const x = Array.from({ length: 80 }, (_, i) => [(i % 9) / 4 - 1]);
  const dataset = data.dataset({ x, y: x.map(([v]) => [2 * v + 1]) });
  function curveFor(options?: Options) {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { seed: 3 });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return findLearningRate(model, dataset, options);
  }

  it('has these defaults', async () => {
    const [without, told] = [await curveFor(), await curveFor(optionsIn(table, 1))];
    expect(told).toEqual(without);
  });

  const others: Options = {
    minLearningRate: 1e-6,
    maxLearningRate: 9,
    steps: 90,
    mode: 'linear',
    batchSize: 31,
    smoothing: 0.9,
    divergence: 1.0001,
  };
  it.each(Object.entries(optionsIn(table, 1)))('has another curve where %s is not %s', async (option) => {
    expect(await curveFor({ [option]: others[option] })).not.toEqual(await curveFor());
  });
});

describe('clipping and weight decay', () => {
  it('has a row for each kind of clipping', () => {
    const { rows } = tableOf(chapter('Clipping'), 'option');
    const kinds = commonOptions.filter((name) => /clip/i.test(name));
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual([...kinds].sort());
  });

  it('says of each optimizer where decay stands', () => {
    const { rows } = tableOf(chapter('Weight decay'), 'optimizer');
    expect(rows.flatMap(([names]) => codeOf(names)).sort()).toEqual([...optimizerNames].sort());
  });
});
