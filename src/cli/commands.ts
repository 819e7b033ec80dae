/** All commands: a new one is a file of its own and a row here. */
import { bench } from './bench.ts';
import type { Command } from './command.ts';

export const commands: Readonly<Record<string, Command>> = { bench };
