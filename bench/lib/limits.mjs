// @ts-check
// The machine's limits as the other questions use them: peaks by instruction set and threads, bandwidths by working set.
import { availableParallelism } from 'node:os';
import { caches } from './machine.mjs';
import { probe, probeIsas } from './probe.mjs';
import { interleave, summary } from './statistics.mjs';

/**
 * @typedef {import('./statistics.mjs').Summary} Summary
 * @typedef {Summary & { isa: string, threads: number }} Peak GFLOP/s
 * @typedef {Summary & { kind: string, level: string, bytes: number, threads: number }} Bandwidth GB/s; bytes a thread
 * @typedef {{ clock: Summary, peaks: Peak[], bandwidths: Bandwidth[], barrier?: Summary, forkJoin?: Summary }} Limits
 */

/** Seconds until threads that have just begun are on processors of their own. @param {number} threads */
export const settled = (threads) => (threads > 1 ? 0.04 : 0);

/** One, and all. */
export const threadCounts = () => [...new Set([1, availableParallelism()])];

/** A working set that fits each level with room to spare; what a thread has of a cache that it shares. */
function levels() {
  const found = Object.entries(caches()).map(([level, { bytes, sharedBy }]) => ({
    level: `L${level}`,
    bytes: Math.floor(bytes / 2 / Math.min(sharedBy, availableParallelism())),
  }));
  const largest = Math.max(2 ** 25, ...Object.values(caches()).map(({ bytes }) => bytes));
  return [...found, { level: 'DRAM', bytes: Math.min(4 * largest, 2 ** 28) }];
}

/** @param {{ quick: boolean }} options @returns {Promise<Limits>} */
export async function measureLimits({ quick }) {
  const [seconds, rounds] = quick ? [0.005, 3] : [0.05, 7];
  const isas = await probeIsas();
  const most = availableParallelism();
  /** @type {Record<string, () => Promise<number>>} */
  const tasks = { clock: () => probe('clock', seconds) };
  const peaks = isas.flatMap((isa) => threadCounts().map((threads) => ({ isa, threads })));
  for (const { isa, threads } of peaks)
    tasks[`fma ${isa} ${threads}`] = () => probe('fma', isa, threads, Math.max(seconds, settled(threads)));
  const walks =
    isas.length === 0
      ? []
      : levels().flatMap((level) =>
          threadCounts().flatMap((threads) => ['read', 'write', 'copy'].map((kind) => ({ kind, threads, ...level }))),
        );
  for (const { kind, threads, level, bytes } of walks) {
    tasks[`${kind} ${level} ${threads}`] = () => probe(kind, isas[0], threads, bytes, seconds);
  }
  if (most > 1) {
    tasks.barrier = () => probe('barrier', most, seconds);
    tasks.forkjoin = () => probe('forkjoin', most, seconds);
  }
  const values = await interleave(tasks, rounds);
  return {
    clock: summary(values.clock, 'most'),
    peaks: peaks.map((peak) => ({ ...peak, ...summary(values[`fma ${peak.isa} ${peak.threads}`], 'most') })),
    bandwidths: walks.map((walk) => ({
      ...walk,
      ...summary(values[`${walk.kind} ${walk.level} ${walk.threads}`], 'most'),
    })),
    ...(most > 1 && { barrier: summary(values.barrier), forkJoin: summary(values.forkjoin) }),
  };
}

/** GFLOP/s; NaN where unknown. @param {Limits | undefined} limits @param {string} isa @param {number} threads */
export const peakOf = (limits, isa, threads) =>
  limits?.peaks.find((peak) => peak.isa === isa && peak.threads === threads)?.best ?? Number.NaN;

/**
 * GB/s for a working set of all threads together; NaN where unknown.
 * @param {Limits | undefined} limits
 * @param {string} kind
 * @param {number} bytes
 * @param {number} threads
 */
export function bandwidthOf(limits, kind, bytes, threads) {
  const own = limits?.bandwidths.filter((walk) => walk.kind === kind && walk.threads === threads) ?? [];
  // Each level was measured with half of it.
  const level = own.find((walk) => bytes / threads <= 2 * walk.bytes) ?? own.at(-1);
  return level?.best ?? Number.NaN;
}
