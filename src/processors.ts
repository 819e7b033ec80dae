/** How many processors this process may use where no addon says it: native/runtime/processors.cc, in TypeScript. */
import { builtin } from './package.ts';

function linesOf(path: string): string[] {
  try {
    return builtin('node:fs').readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Processors that `quota` microseconds every `period` microseconds amount to; infinite where it is no limit. */
function ratio(quota: string | undefined, period: string | undefined): number {
  const processors = Number(quota) / Number(period);
  return processors > 0 ? processors : Number.POSITIVE_INFINITY;
}

function quotaOf(group: string, v2: boolean): number {
  const first = (file: string) => linesOf(`${group}/${file}`)[0];
  if (!v2) return ratio(first('cpu.cfs_quota_us'), first('cpu.cfs_period_us'));
  const [quota, period] = first('cpu.max')?.split(' ') ?? [];
  return ratio(quota, period);
}

/** Where the v2 hierarchy, or v1's cpu controller, is mounted, and which of its groups is the mount's root. */
function mountOf(root: string, v2: boolean): { root: string; point: string } | undefined {
  for (const line of linesOf(`${root}/proc/self/mountinfo`)) {
    const [left, right] = line.split(' - ').map((part) => part.split(' '));
    if (right === undefined || left.length < 5 || right.length < 3) continue;
    if (v2 ? right[0] === 'cgroup2' : right[0] === 'cgroup' && right[2].split(',').includes('cpu')) {
      return { root: left[3], point: left[4] };
    }
  }
  return undefined;
}

/** The smallest quota on the way from this process's group up to the mount. */
function quotaOnPath(root: string, path: string, v2: boolean): number {
  const mount = mountOf(root, v2);
  if (mount === undefined) return Number.POSITIVE_INFINITY;
  let below = path === '/' ? '' : path;
  if (mount.root !== '/') below = `${below}/`.startsWith(`${mount.root}/`) ? below.slice(mount.root.length) : '';
  let least = quotaOf(root + mount.point + below, v2);
  while (below !== '') {
    below = below.slice(0, Math.max(0, below.lastIndexOf('/')));
    least = Math.min(least, quotaOf(root + mount.point + below, v2));
  }
  return least;
}

/**
 * The processors that cgroup quotas (v1 and v2) leave, rounded up; infinite where nothing limits them. All files are read
 * below `root`, which is empty but for tests.
 */
export function quotaProcessors(root: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (const line of linesOf(`${root}/proc/self/cgroup`)) {
    // 4:cpu,cpuacct:/group (v1), 0::/group (v2)
    const [, controllers, path] = /^[^:]*:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined) continue;
    const v2 = controllers === '';
    if (v2 || controllers.split(',').includes('cpu')) least = Math.min(least, quotaOnPath(root, path, v2));
  }
  return Math.ceil(least);
}

let known: number | undefined;

/** Affinity and cgroup quota respected, at least 1. Looked up once. */
export function processors(): number {
  known ??= Math.max(1, Math.min(builtin('node:os').availableParallelism(), quotaProcessors('')));
  return known;
}
