/**
 * Random numbers from a counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"). A
 * number depends on (seed, purpose, layer, step) and its place alone, so that neither threads nor executors can change it.
 */
import { philox } from './kernels/reference/random.ts';
import { log, polar } from './math.ts';

export { philox, purpose } from './kernels/reference/random.ts';

/** The two words of a seed, a safe non-negative integer. */
export function seedWords(seed: number): { low: number; high: number } {
  return { low: seed >>> 0, high: Math.floor(seed / 4294967296) };
}

/** Words that are made in one go: a loop that stays in one place is compiled long before the numbers are made. */
const CHUNK = 1024;

/** Words `first` (a multiple of 4), `first` + 1 … of the stream of (seed, purpose, layer, step). */
function fillWords(out: Uint32Array, seed: number, purpose: number, layer: number, step: number, first: number): void {
  const key = seedWords(seed);
  const place = seedWords(step);
  philox(key.low, key.high, first / 4, (purpose << 24) | layer, place.low, place.high, out);
}

/** The same, one by one: a function that gives the next one. */
export function stream(seed: number, purpose: number, layer: number, step: number): () => number {
  const words = new Uint32Array(4);
  let next = 0;
  return () => {
    if (next % 4 === 0) fillWords(words, seed, purpose, layer, step, next);
    return words[next++ % 4];
  };
}

/** Fills an array by numbers: see `Addon.draw`. */
export type Draw = (out: Float32Array, numbers: Float64Array) => void;

/** What `Draw` wants to know. */
function drawing(seed: number, purpose: number, layer: number, rest: readonly number[]): Float64Array {
  const { low, high } = seedWords(seed);
  return Float64Array.of(low, high, ((purpose << 24) | layer) >>> 0, ...rest);
}

/** Calls `visit` with the words of the stream of (seed, purpose, layer, 0), many at a time, until it returns false. */
function eachChunk(
  seed: number,
  purpose: number,
  layer: number,
  wanted: number,
  visit: (words: Uint32Array) => boolean,
): void {
  const words = new Uint32Array(Math.min(CHUNK, Math.ceil(wanted / 4) * 4));
  let first = 0;
  do {
    fillWords(words, seed, purpose, layer, 0, first);
    first += words.length;
  } while (visit(words));
}

/** Fills `out` with `low` + u (`high` − `low`): u uniform in [0, 1), a multiple of 2⁻³². By `draw`, where there is one. */
export function fillUniforms(
  out: Float32Array,
  seed: number,
  purpose: number,
  layer: number,
  low: number,
  high: number,
  draw?: Draw,
): void {
  const span = high - low;
  if (draw) {
    draw(out, drawing(seed, purpose, layer, [0, low, span, 1]));
    return;
  }
  let done = 0;
  eachChunk(seed, purpose, layer, out.length, (words) => {
    const count = Math.min(words.length, out.length - done);
    for (let i = 0; i < count; i++) out[done + i] = low + (words[i] / 4294967296) * span;
    done += count;
    return done < out.length;
  });
}

/** Uniform in (0, 1], with 53 bits, from two words. */
const fine = (high: number, low: number): number => ((high >>> 5) * 67108864 + (low >>> 6) + 1) / 9007199254740992;

/** Standard normal numbers, two from four words each (Box and Muller 1958). */
function normalsOf(words: Uint32Array, out: Float64Array): void {
  for (let i = 0; i < words.length; i += 4) {
    const radius = Math.sqrt(-2 * log(fine(words[i], words[i + 1])));
    polar(radius, 2 * Math.PI * fine(words[i + 2], words[i + 3]), out, i / 2);
  }
}

/**
 * Fills `out` with `mean` + `deviation` · z: z standard normal, those not within ±`cut` (at least 1) drawn again. By `draw`, where
 * there is one.
 */
export function fillNormals(
  out: Float32Array,
  seed: number,
  purpose: number,
  layer: number,
  mean: number,
  deviation: number,
  cut = Number.POSITIVE_INFINITY,
  draw?: Draw,
): void {
  if (draw) {
    draw(out, drawing(seed, purpose, layer, [1, mean, deviation, cut]));
    return;
  }
  const normals = new Float64Array(CHUNK / 2);
  let done = 0;
  eachChunk(seed, purpose, layer, 2 * out.length, (words) => {
    normalsOf(words, normals);
    for (let i = 0; i < words.length / 2 && done < out.length; i++) {
      const value = normals[i];
      if (value > -cut && value < cut) out[done++] = mean + value * deviation;
    }
    return done < out.length;
  });
}
