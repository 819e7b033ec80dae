import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAddon } from '#src/kernels/native.js';
import { processors, quotaProcessors } from '#src/processors.js';

/** A machine's files in a folder of their own. */
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plummet-processors-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, text: string) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, `${text}\n`);
}

function v2(group: string, mount = '/ /sys/fs/cgroup') {
  file('/proc/self/cgroup', `0::${group}`);
  file('/proc/self/mountinfo', `29 23 0:26 ${mount} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate`);
}

function v1(group: string, quota: number, period: number) {
  const folder = `/sys/fs/cgroup/cpu,cpuacct${group}`;
  file('/proc/self/cgroup', '12:memory:/elsewhere\n4:cpu,cpuacct:/job\n0::/');
  file(
    '/proc/self/mountinfo',
    '31 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct',
  );
  file(`${folder}/cpu.cfs_quota_us`, `${quota}`);
  file(`${folder}/cpu.cfs_period_us`, `${period}`);
}

test('without control groups nothing limits', () => {
  expect(quotaProcessors(root)).toBe(Number.POSITIVE_INFINITY);
  v2('/user.slice');
  expect(quotaProcessors(root)).toBe(Number.POSITIVE_INFINITY);
  file('/sys/fs/cgroup/user.slice/cpu.max', 'max 100000');
  expect(quotaProcessors(root)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['50000 100000', 1],
  ['200000 100000', 2],
  ['150000 100000', 2],
  ['garbage', Number.POSITIVE_INFINITY],
])('a quota of version 2 of %j are %j processors', (text, expected) => {
  v2('/a/b');
  file('/sys/fs/cgroup/a/b/cpu.max', text);
  expect(quotaProcessors(root)).toBe(expected);
});

test('the smallest quota on the way up counts', () => {
  v2('/a/b');
  file('/sys/fs/cgroup/a/b/cpu.max', '800000 100000');
  file('/sys/fs/cgroup/a/cpu.max', '300000 100000');
  expect(quotaProcessors(root)).toBe(3);
  file('/sys/fs/cgroup/cpu.max', '100000 100000');
  expect(quotaProcessors(root)).toBe(1);
});

test('a quota of version 1', () => {
  v1('/job', -1, 100000);
  expect(quotaProcessors(root)).toBe(Number.POSITIVE_INFINITY);
  v1('/job', 250000, 100000);
  expect(quotaProcessors(root)).toBe(3);
  v1('', 50000, 100000);
  expect(quotaProcessors(root)).toBe(1);
});

test("in a container the mount's root is the group", () => {
  v2('/docker/4711/inner', '/docker/4711 /sys/fs/cgroup');
  file('/sys/fs/cgroup/inner/cpu.max', '200000 100000');
  expect(quotaProcessors(root)).toBe(2);
  file('/sys/fs/cgroup/cpu.max', '100000 100000');
  expect(quotaProcessors(root)).toBe(1);
  v2('/docker/47110', '/docker/4711 /sys/fs/cgroup');
  file('/sys/fs/cgroup/cpu.max', '400000 100000');
  expect(quotaProcessors(root)).toBe(4);
});

test('of this machine both twins say the same', () => {
  expect(processors()).toBeGreaterThanOrEqual(1);
  expect(processors()).toBeLessThanOrEqual(availableParallelism());
  const { addon } = loadAddon();
  if (addon !== null) expect(processors()).toBe(addon.info().processors);
});
