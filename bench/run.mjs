// @ts-check
// npm run bench                     all questions
// npm run bench -- mnist door       some of them
// npm run bench -- --json out.json  also as JSON
// npm run bench -- mnist --full     slow peers see all rows too: about an hour
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as door from './door.mjs';
import * as eventLoop from './event-loop.mjs';
import { machine } from './lib/machine.mjs';
import * as memory from './memory.mjs';
import * as mnist from './mnist.mjs';

/** @type {Record<string, { question: string, measure: (options: { full: boolean }) => Promise<any[]>, print: (records: any[]) => string }>} */
const questions = { mnist, 'event-loop': eventLoop, memory, door };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    full: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in questions));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No such question: ${unknown.join(', ')}.`);
  console.log('npm run bench -- [question …] [--json FILE] [--full]\nQuestions:');
  for (const [name, { question }] of Object.entries(questions)) console.log(`  ${name.padEnd(12)}${question}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const where = machine();
for (const [name, value] of Object.entries(where)) console.log(`${name.padEnd(10)} ${value}`);
/** @type {Record<string, unknown>} */
const results = {};
for (const name of positionals.length > 0 ? positionals : Object.keys(questions)) {
  const { question, measure, print } = questions[name];
  console.log(`\n${question[0].toUpperCase()}${question.slice(1)}`);
  const records = await measure({ full: values.full });
  console.log(print(records));
  results[name] = records;
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: where, results }, null, 2)}\n`);
