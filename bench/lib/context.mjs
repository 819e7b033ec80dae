// @ts-check
// What every question is given.
import { measureLimits } from './limits.mjs';
import { probeMissing } from './probe.mjs';

/**
 * @typedef {import('./limits.mjs').Limits} Limits
 * @typedef {{
 *   quick: boolean,
 *   full: boolean,
 *   limits: () => Promise<Limits>,
 *   limitsIfAny: () => Promise<Limits | undefined>,
 *   measuredLimits: () => Promise<Limits> | undefined,
 * }} Context
 */

/**
 * Limits are measured once a run, by the first question that needs them.
 * @param {{ quick: boolean, full: boolean }} options
 * @returns {Context}
 */
export function createContext(options) {
  /** @type {Promise<Limits> | undefined} */
  let measured;
  const limits = () => {
    measured ??= measureLimits(options);
    return measured;
  };
  const limitsIfAny = async () => ((await probeMissing()) ? undefined : limits());
  return { ...options, limits, limitsIfAny, measuredLimits: () => measured };
}
