/** What reaches users: the package's entry points, and silence on import. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
const node = (...args: string[]): string => execFileSync(process.execPath, args, { encoding: 'utf8' });

describe.each(entries)('%s', (entry) => {
  const name = entry.replace(/^\./, 'plummet');

  test('has code and types', () => {
    const { types, default: code } = manifest.exports[entry];
    expect([types, code].filter((file) => !existsSync(file))).toEqual([]);
  });

  test('can be imported and required, and says nothing', () => {
    const names = 'console.log(Object.keys(m).length > 0)';
    expect(node('--input-type=module', '-e', `import * as m from '${name}'; ${names}`)).toBe('true\n');
    expect(node('--no-warnings', '--input-type=commonjs', '-e', `const m = require('${name}'); ${names}`)).toBe(
      'true\n',
    );
  });
});

test('versions are pinned exactly', () => {
  for (const group of ['dependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries(manifest[group])) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  }
});

test('nobody needs more than node-gyp-build to run', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['node-gyp-build']);
});

test('installing runs nothing', () => {
  expect(manifest.gypfile).toBe(false);
  for (const script of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(script);
});

test('the addon tells the same version as the package', async () => {
  const { backend } = await import('plummet');
  expect(backend().version).toBe(manifest.version);
});
