/** "Arrows point down only": which folders of src/ may import which, and which files of native/ may know what. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const files = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name));
const text = (file: string): string => readFileSync(file, 'utf8');

/** From the bottom up. A folder may import from those before it, from itself, and from the files directly in src/. */
const layers = [
  ['kernels'],
  ['plan'],
  ['initializers', 'schedules'],
  ['layers', 'losses', 'metrics', 'optimizers', 'data', 'formats'],
  ['model'],
  ['tfjs', 'cli'],
];
/** Imports of types alone cost nothing when running; the lowering speaks of networks made of layers, losses and optimizers. */
const typeOnly = /import type [^;]*$/;

/** The table of ops is data: it says what kernels there are. */
const table = join('src', 'plan', 'ops.ts');

const height = (folder: string): number => layers.findIndex((level) => level.includes(folder));
const folderOf = (file: string): string => normalize(file).split(sep).slice(1, -1)[0] ?? '';

interface Import {
  from: string;
  to: string;
}
function imports(file: string): Import[] {
  const found: Import[] = [];
  for (const [statement, path] of text(file).matchAll(
    /(?:import|export)\s[^;]*?from '(\.[^']+)'|import '(\.[^']+)'/g,
  )) {
    if (path === undefined || /^(?:import|export) type\b/.test(statement) || typeOnly.test(statement)) continue;
    const to = join(dirname(file), path);
    if (to !== table) found.push({ from: file, to });
  }
  return found;
}

/** Public entry points, and what all layers share. */
const sources = files('src', /\.ts$/);

describe('src', () => {
  test('every folder has its place in the layering', () => {
    const folders = new Set(sources.map(folderOf).filter(Boolean));
    expect([...folders].filter((folder) => height(folder) < 0)).toEqual([]);
  });

  test('imports point down, or sideways within a folder', () => {
    const upward = sources
      .flatMap(imports)
      .filter(({ from, to }) => folderOf(from) !== '' && folderOf(to) !== '' && folderOf(from) !== folderOf(to))
      .filter(({ from, to }) => height(folderOf(to)) >= height(folderOf(from)));
    expect(upward).toEqual([]);
  });

  test('no power operator hides in an assignment', () => {
    expect(sources.filter((file) => text(file).includes('**='))).toEqual([]);
  });
});

describe('native', () => {
  const native = files('native', /\.(?:h|cc)$/).filter((file) => folderOf(file) !== 'test');
  const includes = (file: string): string[] =>
    [...text(file).matchAll(/^\s*#\s*include\s+[<"]([^>"]+)[>"]/gm)].map(([, name]) => name);

  test('only native/node knows Node', () => {
    const knowing = native.filter((file) => includes(file).some((name) => /^(?:napi|node|uv|v8)/.test(name)));
    expect(knowing.length).toBeGreaterThan(0);
    expect(knowing.filter((file) => folderOf(file) !== 'node')).toEqual([]);
  });

  test('kernels know no threads, no allocation and no std:: templates', () => {
    const allowed = /^(?:stdint\.h|stddef\.h|string\.h|math\.h|float\.h|immintrin\.h|intrin\.h|arm_neon\.h|simde\/.*)$/;
    const below = native.filter((file) => ['kernels', 'simd', 'isa'].includes(folderOf(file)));
    expect(below.length).toBeGreaterThan(10);
    const offending = below.flatMap((file) =>
      includes(file)
        .filter((name) => !/\.h$/.test(name) || (!allowed.test(name) && text(file).includes(`<${name}>`)))
        .map((name) => `${file}: ${name}`),
    );
    expect(offending).toEqual([]);
    expect(below.filter((file) => /\bstd::|\bmalloc\b|\bnew\s+\w/.test(text(file).replace(/\/\/.*$/gm, '')))).toEqual(
      [],
    );
  });
});
