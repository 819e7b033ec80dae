import type { Loss } from './loss.ts';

/** Losses made here, to tell them from what merely looks alike. */
const made = new WeakSet<object>();

export const isLoss = (value: unknown): value is Loss => typeof value === 'object' && value !== null && made.has(value);

export function loss(rule: Loss): Loss {
  made.add(rule);
  return Object.freeze(rule);
}
