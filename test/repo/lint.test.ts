/** The ban on inexact functions is a lint rule; a rule that no longer finds anything would pass in silence. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin', 'biome');

function lint(source: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '--stdin-file-path=src/sample.ts'], {
    input: source,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test.each([
  'export const a = Math.exp(1);',
  'export const a = Math.pow(2, 3);',
  'export const a = 2 ** 3;',
  'export const { sin } = Math;',
  "export const a = Math['cos'](1);",
  "console.log('loaded');",
])('%s is refused', (line) => {
  expect(lint(`${line}\n`)).toMatch(/plugin|useLiteralKeys|noConsole/);
});

test('exact functions are allowed', () => {
  expect(lint('export const a = Math.fround(Math.sqrt(2));\n')).not.toMatch(/plugin|useLiteralKeys/);
});
