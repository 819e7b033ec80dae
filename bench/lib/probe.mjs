// @ts-check
// The machine's own limits, by a small native program (native/bench) that is compiled on first use, each instruction set's
// loops with that set's flags, as native/sources.gypi has them.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { missing } from './missing.mjs';
import { root } from './place.mjs';

const folder = `${root}build/probe`;
const program = `${folder}/probe${process.platform === 'win32' ? '.exe' : ''}`;
const compiler = process.env.CXX || 'c++';
const run = promisify(execFile);

/** What the loops of one processor family are compiled from. */
const isas =
  new Map([
    ['x64', ['avx2', 'avx512']],
    ['arm64', ['neon']],
  ]).get(process.arch) ?? [];
const shared = ['native/bench/main.cc', 'native/runtime/cpu.cc', 'native/runtime/pool.cc'];

/** @type {Promise<string | undefined> | undefined} */
let built;

/** Why there is no probe; undefined where there is one. Compiles it where it is missing or older than its sources. */
export function probeMissing() {
  built ??= build();
  return built;
}

async function build() {
  if (spawnSync(compiler, ['--version']).status !== 0) return `no C++ compiler (${compiler}); install g++ or clang`;
  const { variables } = JSON.parse(readFileSync(`${root}native/sources.gypi`, 'utf8'));
  const common = [...variables.flags_gcc, ...variables.flags_cc_gcc];
  /** @type {[string, string[]][]} */
  const files = [
    ...shared.map((file) => /** @type {[string, string[]]} */ ([file, []])),
    ...isas.map(
      (isa) => /** @type {[string, string[]]} */ ([`native/bench/${isa}.cc`, variables[`isa_${isa}_flags_gcc`]]),
    ),
  ];
  const hash = createHash('sha256').update(JSON.stringify([compiler, process.arch, common, files]));
  for (const below of ['native/bench', 'native/runtime', 'native/simd']) {
    for (const name of readdirSync(root + below)) hash.update(readFileSync(`${root}${below}/${name}`));
  }
  const stamp = hash.digest('hex');
  if (existsSync(program) && existsSync(`${folder}/stamp`) && readFileSync(`${folder}/stamp`, 'utf8') === stamp) return;
  process.stderr.write('Compiling the probe of the machine’s limits …\n');
  /** @type {string[]} */
  const objects = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, flags] of files) {
      const object = `${folder}/${file.replaceAll('/', '-')}.o`;
      await run(compiler, [...common, ...flags, '-c', root + file, '-o', object]);
      objects.push(object);
    }
    await run(compiler, [...objects, '-pthread', '-o', program]);
    writeFileSync(`${folder}/stamp`, stamp);
  } catch (error) {
    return `the probe does not compile: ${/** @type {Error} */ (error).message.split('\n').slice(0, 4).join(' ')}`;
  }
}

/** @param {...(string | number)} words see native/bench/main.cc */
export async function probe(...words) {
  const reason = await probeMissing();
  if (reason) throw missing(reason);
  const { stdout } = await run(program, words.map(String));
  return JSON.parse(stdout).value;
}

/** Instruction sets with a peak to measure, best first. @returns {Promise<string[]>} */
export const probeIsas = () => probe('isas');
