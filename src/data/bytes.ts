/** Bytes become floats through a table of 256 values, so that scaled bytes equal floats that were scaled before. */
import { describe, finite, rangeError } from '../errors.ts';
import { fma } from '../kernels/arithmetic/float32.ts';
import type { ByteScale } from './dataset.ts';

/**
 * The table of the op `gatherBytes` (docs/definitions.md): 256 × `fround(b · scale)` or `fround(b / divisor)`, then `hi`, `lo` and
 * 1 where `fma(b, hi, fround(b · lo))` gives each of them, which spares the look-up.
 */
export function byteScale(who: string, scale: unknown, divisor: unknown): ByteScale {
  if (scale !== undefined && divisor !== undefined) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: give scale or divisor, not both; got ${describe(scale)} and ${describe(divisor)}`,
    );
  }
  const byDivision = divisor !== undefined;
  const factor = byDivision ? finite(who, 'divisor', divisor) : finite(who, 'scale', scale ?? 1);
  const name = byDivision ? 'divisor' : 'scale';
  if (factor === 0) throw rangeError('ERR_PLUMMET_OPTION', `${who}: ${name} must not be 0`);
  const table = new Float32Array(259);
  for (let b = 0; b < 256; b++) table[b] = byDivision ? b / factor : b * factor;
  if (!Number.isFinite(table[255])) {
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: with the ${name} ${factor} bytes become too large for float32`);
  }
  const ratio = byDivision ? 1 / factor : factor;
  const hi = Math.fround(ratio);
  const lo = Math.fround(ratio - hi);
  table[256] = hi;
  table[257] = lo;
  table[258] = table.subarray(0, 256).every((value, b) => Object.is(fma(b, hi, Math.fround(b * lo)), value)) ? 1 : 0;
  return { table, description: byDivision ? `/ ${factor}` : `× ${factor}` };
}
