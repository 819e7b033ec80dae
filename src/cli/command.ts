/** What a command of `plummet` is. */
import { stateError } from '../errors.ts';

export interface Command {
  /** What it does, in one line of `plummet --help`. */
  readonly summary: string;
  /** What `plummet COMMAND --help` prints. */
  readonly help: () => string | Promise<string>;
  /**
   * Runs with the words after its name, none of which is `--help`; returns the exit status, 0 only on success.
   *
   * @throws `ERR_PLUMMET_USAGE` for words that it does not understand; nothing has been done then
   */
  readonly run: (words: readonly string[]) => Promise<number>;
}

/** For words on the command line that are not understood. */
export const usageError = (message: string): Error => stateError('ERR_PLUMMET_USAGE', message);

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const complain = (text: string): void => void process.stderr.write(`${text}\n`);
