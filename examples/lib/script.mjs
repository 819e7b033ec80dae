// @ts-check
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Whether a module is what `node` was asked to run, and not imported by another.
 * @param {string} url `import.meta.url`
 */
export const isScript = (url) => process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);

/**
 * The options of a command line; what is unknown or malformed ends the process with the help text.
 * @template {Record<string, { type: 'string' | 'boolean' }>} T
 * @param {T} options
 * @param {string} help
 */
export function commandLine(options, help) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    const given = /** @type {Partial<Record<keyof T | 'help', string>>} */ (values);
    if (!given.help) return given;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    process.exit(2);
  }
}
