// @ts-check
// Best and median of several, and how far apart they are: on a quiet machine they nearly agree.

/** Beyond this the median is not what the code costs but what the machine did meanwhile. */
export const NOISY = 0.1;

/** @param {readonly number[]} values */
export const best = (values) => Math.min(...values);

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @typedef {{ best: number, median: number, spread: number, noisy: boolean, samples: number }} Summary
 */

/**
 * @param {readonly number[]} values
 * @param {'least' | 'most'} better of times the least is best, of rates the most
 * @returns {Summary}
 */
export function summary(values, better = 'least') {
  if (values.length === 0) throw new Error('nothing was measured');
  const top = better === 'least' ? Math.min(...values) : Math.max(...values);
  const middle = median(values);
  const spread = better === 'least' ? middle / top - 1 : top / middle - 1;
  return { best: top, median: middle, spread, noisy: spread > NOISY, samples: values.length };
}

/** The same in another unit: seconds as microseconds. @param {Summary} of @param {number} factor @returns {Summary} */
export const scaled = (of, factor) => ({ ...of, best: of.best * factor, median: of.median * factor });

/** Times as rates: best stays best. @param {Summary} of @param {number} amount @returns {Summary} */
export const rates = (of, amount) => ({ ...of, best: amount / of.best, median: amount / of.median });

/**
 * Measures in turn, A B C A B C …, so that a slow minute hits all alike.
 * @param {Record<string, () => number | readonly number[] | Promise<number | readonly number[]>>} tasks
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>}
 */
export async function interleave(tasks, rounds) {
  /** @type {Record<string, number[]>} */
  const values = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, task] of Object.entries(tasks)) values[name].push(...[await task()].flat());
  }
  return values;
}

/**
 * A task for `interleave`: seconds a turn of `turn(count)`, which does something `count` times. The count grows until
 * one measurement takes about `seconds`.
 * @param {(count: number) => void} turn
 * @param {number} seconds
 */
export function timed(turn, seconds) {
  let count = 1;
  const time = (/** @type {number} */ times) => {
    const begin = performance.now();
    turn(times);
    return (performance.now() - begin) / 1000;
  };
  return () => {
    // Code that has become faster since the last turn is measured with more of it.
    for (let taken = 0; ; count = Math.ceil(count * Math.min(10, Math.max(1.5, seconds / Math.max(taken, 1e-7))))) {
      taken = time(count);
      if (taken >= seconds / 2) return taken / count;
    }
  };
}
