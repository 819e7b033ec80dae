/**
 * Random numbers from a counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"). A
 * number depends on (seed, purpose, layer, step) and its place alone, so that neither threads nor executors can change it.
 */
import { philox } from './kernels/reference/random.ts';
import { cos, log, sin } from './math.ts';

export { philox, purpose } from './kernels/reference/random.ts';

/** The two words of a seed, a safe non-negative integer. */
export function seedWords(seed: number): { low: number; high: number } {
  return { low: seed >>> 0, high: Math.floor(seed / 4294967296) };
}

/** Words 0, 1, 2 … of the stream of (seed, purpose, layer, step); a function that gives the next one. */
export function stream(seed: number, purpose: number, layer: number, step: number): () => number {
  const key = seedWords(seed);
  const place = seedWords(step);
  const block = new Uint32Array(4);
  let next = 0;
  return () => {
    if (next % 4 === 0) {
      philox(key.low, key.high, next / 4, (purpose << 24) | layer, place.low, place.high, block);
    }
    return block[next++ % 4];
  };
}

/** Uniform in [0, 1), a multiple of 2⁻³². */
export const uniforms = (words: () => number) => (): number => words() / 4294967296;

/** Uniform in (0, 1], with 53 bits. */
const fine = (words: () => number): number => {
  const high = words() >>> 5;
  const low = words() >>> 6;
  return (high * 67108864 + low + 1) / 9007199254740992;
};

/** Standard normal numbers, two at a time from four words (Box and Muller 1958). */
export function normals(words: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * log(fine(words)));
    const angle = 2 * Math.PI * fine(words);
    spare = radius * sin(angle);
    return radius * cos(angle);
  };
}

/** Standard normal numbers, those beyond two standard deviations drawn again, as in Keras. */
export function truncatedNormals(words: () => number): () => number {
  const normal = normals(words);
  return () => {
    for (;;) {
      const value = normal();
      if (value > -2 && value < 2) return value;
    }
  };
}
