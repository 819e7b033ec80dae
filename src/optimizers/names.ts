/** Names and memory that users pass, against the parameters there are. */
import { rangeError, suggestion } from '../errors.ts';
import { type BoundParameter, overlap } from './parameters.ts';

export function unknownName(who: string, name: string, known: readonly string[]): Error {
  return rangeError('ERR_PLUMMET_OPTION', `${who}: there is no parameter "${name}".${suggestion(name, known)}`);
}

/** A gradient must not lie in the memory of a parameter: it would change while it is read. */
export function checkApart(who: string, name: string, gradient: Float32Array, slots: Iterable<BoundParameter>): void {
  for (const slot of slots) {
    if (!overlap(slot.data, gradient)) continue;
    throw rangeError(
      'ERR_PLUMMET_OVERLAP',
      `${who}: the gradient of "${name}" shares memory with the parameter "${slot.name}"; pass a copy`,
    );
  }
}
