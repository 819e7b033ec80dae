#!/usr/bin/env node
/** The command `plummet`: finds the command that is meant, and turns its outcome into an exit status. */
import { version } from '../backend.ts';
import { suggestion } from '../errors.ts';
import { complain, print, usageError } from './command.ts';
import { commands } from './commands.ts';

/** For a command line that is not understood; 1 is for what goes wrong later. */
const MISUSE = 2;

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2;
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return `plummet COMMAND [options]\n\nCommands\n${lines.join('\n')}

Options
  --help       this, or with a command, that command's
  --version    Plummet's version`;
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) throw usageError('which command?');
  if (name === '--version' || name === '--help') {
    if (rest.length > 0) throw usageError(`"${rest[0]}" is one word too many`);
    print(name === '--help' ? help() : version());
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    const kind = name.startsWith('-') ? 'option' : 'command';
    throw usageError(`there is no ${kind} "${name}".${suggestion(name, Object.keys(commands))}`);
  }
  const command = commands[name];
  if (!rest.includes('--help')) return command.run(rest);
  print(await command.help());
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code, message, stack } = error as Error & { code?: string };
  const misused = code === 'ERR_PLUMMET_USAGE';
  // What Plummet itself complains about is meant to be read; anything else is a defect, and where it is helps.
  complain(`plummet: ${code?.startsWith('ERR_PLUMMET_') ? message : (stack ?? message)}`);
  if (misused) complain('plummet --help shows what there is.');
  process.exitCode = misused ? MISUSE : 1;
}
