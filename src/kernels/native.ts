/** Loads the addon, at first use, and keeps the reason where it cannot. */
import { builtin, packageFolder } from '../package.ts';
import { type OpSpec, ops } from '../plan/ops.ts';
import type { Addon } from './addon.ts';

export type Loaded =
  | { readonly addon: Addon; readonly reason?: undefined }
  | { readonly addon: null; readonly reason: string };

let loaded: Loaded | undefined;

/** The addon, or why there is none. Tries once. */
export function loadAddon(): Loaded {
  loaded ??= load();
  return loaded;
}

interface Finder {
  (folder: string): unknown;
  /** The path of the file that fits this platform; throws where there is none. */
  path(folder: string): string;
}

function load(): Loaded {
  const require = builtin('node:module').createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  let file: string;
  try {
    file = (require('node-gyp-build') as Finder).path(builtin('node:url').fileURLToPath(packageFolder));
  } catch {
    return {
      addon: null,
      reason: `no compiled addon was found for ${platform}; in a clone, install a C++ compiler, make and python3 and run "npm run build"`,
    };
  }
  let addon: Addon;
  try {
    addon = require(file) as Addon;
  } catch (error) {
    return { addon: null, reason: `the addon ${file} could not be loaded: ${messageOf(error)}` };
  }
  try {
    const difference = compareTables(JSON.parse(addon.ops()));
    if (difference === undefined) return { addon };
    return {
      addon: null,
      reason: `the addon ${file} was built from other sources (${difference}); run "npm run build"`,
    };
  } catch (error) {
    return { addon: null, reason: `the addon ${file} does not work: ${messageOf(error)}` };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The part of the table of ops that both languages hold. */
function described({ name, operands, dims, hyper }: OpSpec): unknown[] {
  return [name, operands.map((o) => [o.name, o.type, o.access, o.optional === true]), [...dims], [...(hyper ?? [])]];
}

/** Where the addon's table of ops differs from ours, or undefined. */
export function compareTables(theirs: readonly OpSpec[]): string | undefined {
  if (theirs.length !== ops.length) return `it has ${theirs.length} ops, expected ${ops.length}`;
  for (const [i, ours] of ops.entries()) {
    if (JSON.stringify(described(ours)) !== JSON.stringify(described(theirs[i])))
      return `its op ${i} is not ${ours.name} as we know it`;
  }
  return undefined;
}
