// @ts-check
// A control group of Linux that has a part of a processor, where this process may make one.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

const NAME = `plummet-bench-${process.pid}`;
const PERIOD = 100_000;

/** Both versions: where groups are made, and how a quota is written. */
const versions = [
  {
    folder: '/sys/fs/cgroup',
    there: '/sys/fs/cgroup/cgroup.controllers',
    limit: (/** @type {string} */ group, /** @type {number} */ quota) =>
      writeFileSync(`${group}/cpu.max`, `${quota} ${PERIOD}`),
  },
  {
    folder: '/sys/fs/cgroup/cpu',
    there: '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
    limit: (/** @type {string} */ group, /** @type {number} */ quota) => {
      writeFileSync(`${group}/cpu.cfs_period_us`, `${PERIOD}`);
      writeFileSync(`${group}/cpu.cfs_quota_us`, `${quota}`);
    },
  },
];

/**
 * @param {number} share of one processor
 * @returns {{ join: (pid: number) => void, end: () => void } | { reason: string }}
 */
export function limitedGroup(share) {
  const version = versions.find(({ there }) => existsSync(there));
  if (!version) return { reason: 'no control groups here' };
  const group = `${version.folder}/${NAME}`;
  const end = () => {
    try {
      rmdirSync(group);
    } catch {
      // Its last process may not be gone; an empty group costs nothing.
    }
  };
  try {
    mkdirSync(group);
    version.limit(group, share * PERIOD);
    readFileSync(`${group}/cgroup.procs`);
  } catch (error) {
    end();
    return { reason: `control groups cannot be written here (${/** @type {any} */ (error).code})` };
  }
  return { join: (pid) => writeFileSync(`${group}/cgroup.procs`, `${pid}`), end };
}
