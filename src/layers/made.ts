import type { Layer } from './layer.ts';

/** Layers made here, to tell them from what merely looks alike. */
const made = new WeakSet<object>();

export const isLayer = (value: unknown): value is Layer =>
  typeof value === 'object' && value !== null && made.has(value);

export function layer(rules: Layer): Layer {
  made.add(rules);
  return Object.freeze(rules);
}
