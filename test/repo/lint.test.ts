/** The ban on inexact functions is a lint rule; a rule that no longer finds anything would pass in silence. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const refused = [
  'export const a = Math.exp(1);',
  'export const a = Math.pow(2, 3);',
  'export const a = Math.sqrt(2) + Math.hypot(3, 4);',
  'export const a = (b: number) => 2 ** b;',
  'export const { sin } = Math;',
  "export const a = Math['cos'](1);",
  "console.log('loaded');",
];
const allowed = 'export const a = Math.fround(Math.sqrt(2)) + Math.PI;';

test('inexact functions and printing are refused in src/, exact functions are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plummet-lint-'));
  try {
    cpSync('biome.json', join(folder, 'biome.json'));
    cpSync('scripts/lint', join(folder, 'scripts/lint'), { recursive: true });
    mkdirSync(join(folder, 'src'));
    for (const [i, line] of [...refused, allowed].entries()) writeFileSync(join(folder, 'src', `${i}.ts`), `${line}\n`);
    const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin', 'biome');
    const options = ['lint', '--vcs-enabled=false', '--reporter=github', 'src'];
    const { stdout } = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: 'utf8' });
    const found = [...stdout.matchAll(/^::error title=[^\n]*\bsrc\/(\d+)\.ts/gm)].map(([, i]) => Number(i));
    expect([...new Set(found)].sort()).toEqual([...refused.keys()]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
