// @ts-check
// All questions, in the order in which they are asked. Each file measures in one run and says how its records are shown.
/**
 * @typedef {{
 *   question: string,
 *   measure: (context: import('./lib/context.mjs').Context) => Promise<any[]>,
 *   print: (records: any[]) => string,
 *   charts?: (records: any[]) => import('./report/charts.mjs').Chart[],
 * }} Question
 */

/** @type {Record<string, () => Promise<Question>>} */
export const questions = {
  limits: () => import('./limits.mjs'),
  products: () => import('./products.mjs'),
  optimizers: () => import('./optimizers.mjs'),
  mnist: () => import('./mnist.mjs'),
  wide: () => import('./wide.mjs'),
  tiny: () => import('./tiny.mjs'),
  calls: () => import('./calls.mjs'),
  scaling: () => import('./scaling.mjs'),
  'not-alone': () => import('./not-alone.mjs'),
  'start-up': () => import('./start-up.mjs'),
  'event-loop': () => import('./event-loop.mjs'),
  memory: () => import('./memory.mjs'),
  door: () => import('./door.mjs'),
};
