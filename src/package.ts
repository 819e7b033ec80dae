/** Where this package lies, and the modules that Node brings. */

/**
 * The folder of package.json. As its modules do in dist/, its bundles lie in one folder below it, and this module directly in that.
 */
export const packageFolder = new URL('..', import.meta.url);

/**
 * A module of Node's, loaded where it is first used. A statement that imports one costs milliseconds when a process begins: for
 * its code (zlib, crypto, worker_threads), or for a look at all of its exports, which loads what they load in turn (fs).
 */
export const builtin: typeof process.getBuiltinModule = process.getBuiltinModule;
