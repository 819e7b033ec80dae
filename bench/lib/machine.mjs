// @ts-check
// What numbers mean nothing without.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { backend } from 'plummet';
import { isClone, root } from './place.mjs';

/** @param {string} command @param {string[]} args */
function said(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** As the system reports it at this moment, in MHz; 0 where it does not. */
const megahertz = () => Math.round(cpus()[0]?.speed ?? 0);

/** Bytes of the data caches of the first processor by level; empty where the system does not say. */
export function caches() {
  /** @type {Record<number, { bytes: number, sharedBy: number }>} */
  const found = {};
  for (let i = 0; i < 8; i++) {
    try {
      const read = (/** @type {string} */ name) =>
        readFileSync(`/sys/devices/system/cpu/cpu0/cache/index${i}/${name}`, 'utf8').trim();
      if (read('type') === 'Instruction') continue;
      const [, count, unit] = /^(\d+)([KM]?)$/.exec(read('size')) ?? [];
      const bytes = Number(count) * (unit === 'M' ? 2 ** 20 : unit === 'K' ? 2 ** 10 : 1);
      found[Number(read('level'))] = { bytes, sharedBy: processorsOf(read('shared_cpu_list')) };
    } catch {
      break;
    }
  }
  return found;
}

/** How many a list like 0-3,8 names. @param {string} list */
const processorsOf = (list) =>
  list.split(',').reduce((sum, part) => {
    const [first, last = first] = part.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);

/** @param {string} command what was called */
export function machine(command) {
  const { name, isa, threads, version, reason } = backend();
  const commit = isClone ? said('git', ['-C', root, 'rev-parse', '--short', 'HEAD']) : '';
  const changed = isClone && said('git', ['-C', root, 'status', '--porcelain', '--untracked-files=no']) !== '';
  const sizes = Object.entries(caches()).map(([level, { bytes }]) => `L${level} ${bytes / 1024} KiB`);
  return {
    date: new Date().toISOString(),
    command,
    processor: `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} processors`,
    clock: megahertz() > 0 ? `${(megahertz() / 1000).toFixed(2)} GHz as the system says` : 'the system does not say',
    caches: sizes.join(', ') || 'the system does not say',
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${process.platform} ${process.arch}, ${release()}`,
    node: process.version,
    plummet: `${version}${commit && ` (${commit}${changed ? ', changed' : ''})`}: ${name}, ${isa}, ${threads} threads${reason ? `: ${reason}` : ''}`,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(' '),
  };
}

/** Whether others compute here: then best-of says more than the median, and neither says all. */
export const busy = () => loadavg()[0] > 0.25 * availableParallelism();
