// @ts-check
// Where the benchmarks run: in a clone of Plummet, or in a package that somebody has installed, which is left as it is.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export const isClone = existsSync(`${root}scripts/build.mjs`);
