import { describe, oneOf, typeError } from '../errors.ts';
import type { Initializer } from './initializer.ts';
import * as initializers from './initializers.ts';
import { isInitializer } from './made.ts';

export type { Initializer } from './initializer.ts';
export * from './initializers.ts';

export type InitializerName = keyof typeof initializers;
/** What is accepted wherever an initialiser is wanted: a bare name, or what a factory returned. */
export type InitializerLike = InitializerName | Initializer;

const names = Object.keys(initializers) as InitializerName[];

/**
 * An initialiser from its name, or the initialiser itself.
 *
 * @param who - the layer, and `name` its option, for the message: `dense: kernelInitializer …`
 */
export function resolve(value: unknown, who = 'initializers', name = 'the initializer'): Initializer {
  if (typeof value === 'string') return initializers[oneOf(who, name, value, names)]();
  if (isInitializer(value)) return value;
  const wanted = 'a name or what initializers.glorotUniform() and its like return';
  throw typeError('ERR_PLUMMET_OPTION', `${who}: ${name} must be ${wanted}, got ${describe(value)}`);
}
