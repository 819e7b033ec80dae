import type { Initializer } from './initializer.ts';

/** Initialisers made here, to tell them from what merely looks alike. */
const made = new WeakSet<object>();

export const isInitializer = (value: unknown): value is Initializer =>
  typeof value === 'object' && value !== null && made.has(value);

export function initializer(name: string, config: Record<string, number>, fill: Initializer['fill']): Initializer {
  const result = Object.freeze({ name, config: Object.freeze(config), fill });
  made.add(result);
  return result;
}
