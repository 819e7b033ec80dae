// @ts-check
// Proves of every instruction set's object file: it exports its table of kernels and nothing else, has no weak symbols, needs no
// function that another file could have compiled with other flags, and runs nothing when loaded. Otherwise the linker could keep a
// copy of a function that only newer processors can run, and older ones would crash.
//   node scripts/check-isa-objects.mjs [folder …]     folders with object files; build/Release by default
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { filesBelow } from './stamp.mjs';

/** From the C library, compiled for every processor. */
const allowed = /^(?:memcpy|memmove|memset|sqrtf?|fmaf|fma|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/;

/** @param {string} file @param {string} isa */
function faults(file, isa) {
  const symbols = execFileSync('nm', ['--format=posix', file], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const exported = symbols.filter(([, type]) => /^[A-TV-Z]$/.test(type)).map(([name]) => name);
  const weak = symbols.filter(([, type]) => /^[WwVvui]$/.test(type)).map(([name]) => name);
  const foreign = symbols.filter(([name, type]) => type === 'U' && !allowed.test(name)).map(([name]) => name);
  const sections = execFileSync('objdump', ['--section-headers', file], { encoding: 'utf8' });
  const initialisers = sections.match(/\.(?:init_array|ctors|preinit_array)\S*/g) ?? [];
  const found = [];
  if (exported.join() !== `plummet_kernels_${isa}`)
    found.push(`exports ${exported.join(', ') || 'nothing'} instead of plummet_kernels_${isa}`);
  if (weak.length > 0)
    found.push(
      `has weak symbols: ${weak.slice(0, 5).join(', ')}${weak.length > 5 ? ` and ${weak.length - 5} more` : ''}`,
    );
  if (foreign.length > 0)
    found.push(`needs ${foreign.slice(0, 5).join(', ')}${foreign.length > 5 ? ` and ${foreign.length - 5} more` : ''}`);
  if (initialisers.length > 0) found.push(`runs code when loaded: ${initialisers.join(', ')}`);
  return found;
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : ['build/Release'];
let bad = false;
for (const folder of folders) {
  const objects = existsSync(folder)
    ? filesBelow(folder).flatMap((file) => {
        const isa = /[\\/]isa[\\/](\w+)(?:\.cc)?\.o$/.exec(file)?.[1];
        return isa ? [{ file, isa }] : [];
      })
    : [];
  // A check of nothing proves nothing: the scalar kernels are in every build, and some other instruction set beside them.
  if (!objects.some(({ isa }) => isa === 'scalar') || objects.length < 2) {
    console.error(`${folder}: no object files of native/isa; build first`);
    bad = true;
  }
  for (const { file, isa } of objects) {
    const found = faults(file, isa);
    for (const fault of found) console.error(`${file}: ${fault}`);
    if (found.length === 0) console.log(`${file}: exports plummet_kernels_${isa} alone`);
    else bad = true;
  }
}
process.exitCode = bad ? 1 : 0;
