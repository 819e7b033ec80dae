/** What the README shows runs as it stands. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
/** What its reader has already. */
const given = `const images = Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * 31) % 256);
const labels = Uint8Array.from({ length: 64 }, (_, i) => i % 10);\n`;

test.each(blocks.map((code, i) => [i, code] as const))('block %i runs', (_, code) => {
  const script = code.includes('images') ? given + code : code;
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
});

test('there are blocks, and files that are linked exist', () => {
  expect(blocks.length).toBeGreaterThan(2);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file]) => file);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((file) => !existsSync(file))).toEqual([]);
});

test('the commands it names are in package.json', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const text = readme + readFileSync('CONTRIBUTING.md', 'utf8');
  const names = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
