/** `plummet bench`: measures on the machine where it runs. The questions are in bench/, outside of src/: they are scripts. */
import { suggestion } from '../errors.ts';
import { builtin, packageFolder } from '../package.ts';
import { type Command, usageError } from './command.ts';

interface Options {
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly full: boolean;
  readonly json: string | undefined;
  readonly html: string | undefined;
  /** As it was called, for the record. */
  readonly command: string;
}

interface Scripts {
  readonly questions: Readonly<Record<string, () => Promise<{ readonly question: string }>>>;
  /** @returns whether all went well */
  bench(options: Options): Promise<boolean>;
}

const load = (): Promise<Scripts> => import(new URL('bench/run.mjs', packageFolder).href);

async function help(): Promise<string> {
  const { questions } = await load();
  const width = Math.max(...Object.keys(questions).map((name) => name.length)) + 2;
  const lines = await Promise.all(
    Object.entries(questions).map(async ([name, own]) => `  ${name.padEnd(width)}${(await own()).question}`),
  );
  return `plummet bench [QUESTION …] [--quick] [--full] [--json FILE] [--html FILE]

Measures Plummet on this machine, beside the machine's own limits and what else is installed.

Options
  --quick      a short version of each question: to see that it works, not to quote
  --full       slow peers see all rows too: about an hour
  --json FILE  writes all figures
  --html FILE  writes one page with plots

Questions (default: all)
${lines.join('\n')}`;
}

function parse(words: readonly string[]) {
  try {
    return builtin('node:util').parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        html: { type: 'string' },
        full: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw usageError(`bench: ${(error as Error).message}`);
  }
}

async function run(words: readonly string[]): Promise<number> {
  const { values, positionals: names } = parse(words);
  const { bench, questions } = await load();
  const known = Object.keys(questions);
  for (const name of names) {
    if (!known.includes(name)) throw usageError(`bench: there is no question "${name}".${suggestion(name, known)}`);
  }
  const { quick = false, full = false, json, html } = values;
  const fine = await bench({ names, quick, full, json, html, command: ['plummet bench', ...words].join(' ') });
  return fine ? 0 : 1;
}

export const bench: Command = { summary: 'measures Plummet on this machine, with plots', help, run };
