/** One SHA-256 of a model's weights and of its optimizer's state: two trainings agree if it does. */
import { type DigestEntry, digest as digestOf } from '../digest.ts';
import { type Core, networkOf } from './core.ts';
import { assertReadable } from './lock.ts';
import { read } from './weights.ts';

/** `dense.kernel`, `dense.kernel.expAvg` …, and `dense.kernel.step`: how many steps were done. */
export function digest(core: Core): string {
  assertReadable(core.lock, 'digest');
  const { size, parameters } = networkOf(core);
  const entries = new Map<string, DigestEntry>();
  const parts = core.compiled?.optimizer.partsFor(parameters.map(({ name }) => name));
  for (const [p, parameter] of parameters.entries()) {
    const { name } = parameter;
    const part = parts?.[p];
    entries.set(name, read(core.params, 0, parameter));
    for (const [i, state] of part?.states.entries() ?? []) {
      entries.set(`${name}.${state.name}`, read(core.state, i * size, parameter));
    }
    if (part) entries.set(`${name}.step`, core.step);
  }
  return digestOf(entries);
}
