// @ts-check
// Builds what a clone needs to run: float64 kernels from their float32 source, TypeScript to dist/
// (single modules: tests, types) and lib/ (bundled: what users import), the native addon to build/.
//   node scripts/build.mjs                what has changed; says what it did
//   node scripts/build.mjs --typescript   without the addon
//   node scripts/build.mjs --quiet        says nothing where there is nothing to do
// Without the tools for the addon it says what to install and succeeds, since everything also runs on the reference path. With
// them an error is an error.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, hashOf, readStamp, writeStamp } from './stamp.mjs';
import { missingTools, nodedir, nodeGyp } from './tools.mjs';

const options = process.argv.slice(2);
const unknown = options.filter((option) => !['--typescript', '--quiet'].includes(option));
if (unknown.length > 0) fail(`build: unknown option ${unknown.join(' ')}; there are --typescript and --quiet`);
const quiet = options.includes('--quiet');

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
buildTypeScript();
if (!options.includes('--typescript')) buildAddon();

function buildTypeScript() {
  run('scripts/derive-float64.mjs', [], 'deriving the float64 kernels');
  const { resolve } = createRequire(import.meta.url);
  const compiler = resolve('typescript/package.json');
  const bundler = resolve('rolldown/package.json');
  const sources = filesBelow('src');
  const stamp = hashOf([...sources, 'tsconfig.json', 'scripts/build.mjs', 'scripts/bundle.mjs', compiler, bundler], []);
  const built = existsSync('dist/index.js') && existsSync('lib/index.js');
  if (built && readStamp('build/typescript.stamp') === stamp) return;
  rmSync('build/typescript.stamp', { force: true });
  const begin = performance.now();
  run(join(dirname(compiler), 'bin', 'tsc'), ['-p', '.'], 'compiling TypeScript');
  for (const file of filesBelow('dist')) {
    const source = file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(source)) rmSync(file);
  }
  run('scripts/bundle.mjs', [], 'bundling');
  writeStamp('build/typescript.stamp', stamp);
  say(`TypeScript compiled in ${seconds(begin)} s.`);
}

function buildAddon() {
  const sources = filesBelow('native').filter((file) => !/[\\/](?:test|bench)[\\/]/.test(file));
  const { platform, arch, env, version } = process;
  const stamp = hashOf(
    [...sources, 'binding.gyp'],
    [platform, arch, version, env.CXX, env.CXXFLAGS, env.CC, env.CFLAGS, env.LDFLAGS],
  );
  const built = existsSync('build/Release') && readdirSync('build/Release').some((file) => file.endsWith('.node'));
  const before = readStamp('build/addon.stamp');
  if (built && before === stamp) return;
  const missing = missingTools();
  if (missing.length > 0) {
    const skipped = hashOf([], [stamp, missing]);
    if (quiet && before === skipped) return;
    for (const sentence of missing) say(sentence);
    say(
      'The native addon is not built; Plummet runs on its reference path, in TypeScript: the same results, much slower.',
    );
    // An addon of older sources would be loaded in the place of the reference path, and might not fit.
    rmSync('build/Release', { recursive: true, force: true });
    writeStamp('build/addon.stamp', skipped);
    return;
  }
  rmSync('build/addon.stamp', { force: true });
  const begin = performance.now();
  run(nodeGyp(), ['configure', 'build', '--loglevel=error', '-j', 'max', ...nodedir()], 'building the native addon');
  writeStamp('build/addon.stamp', stamp);
  say(`Native addon built in ${seconds(begin)} s.`);
}

/**
 * Runs a script with this Node; shows its output and ends this process if it fails.
 * @param {string} script
 * @param {string[]} args
 * @param {string} doing
 */
function run(script, args, doing) {
  const result = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(
    `build: ${doing} failed (${result.error?.message ?? result.signal ?? `exit status ${result.status}`}); the output is above`,
  );
}

/** @param {number} begin */
function seconds(begin) {
  return ((performance.now() - begin) / 1000).toFixed(1);
}

/** To stderr, so that `npm pack --json` and its like keep a clean stdout. @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string} line @returns {never} */
function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
