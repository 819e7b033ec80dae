// @ts-check
// Does every optimizer get there? The tables of docs/optimizers.md:
//   node scripts/convergence.mjs                  tries the settings of convergence/settings.json and writes the tables
//   node scripts/convergence.mjs --check [NAME…]  only tries them; what falls short is an error
//   node scripts/convergence.mjs --search NAME…   looks for settings where there are none that are enough
import { readFileSync, writeFileSync } from 'node:fs';
import { outcomes, problems } from './convergence/problems.mjs';
import { search } from './convergence/search.mjs';
import { code, names } from './convergence/settings.mjs';

const page = new URL('../docs/optimizers.md', import.meta.url);
const [BEGIN, END] = ['<!-- convergence -->', '<!-- /convergence -->'];

/** @param {readonly (readonly string[])[]} rows - the first is the head */
const table = ([head, ...rows]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {string} between */
function write(between) {
  const text = readFileSync(page, 'utf8');
  const [before, rest, ...more] = text.split(`${BEGIN}\n`);
  const after = rest?.split(END)[1];
  if (after === undefined || more.length > 0) throw new Error(`${page.pathname} needs ${BEGIN} and ${END}, once each`);
  writeFileSync(page, `${before}${BEGIN}\n${between}\n${END}${after}`);
}

/** @param {readonly string[]} some */
async function run(some) {
  const titles = Object.values(problems).map(({ title }) => title);
  const results = [['', ...titles]];
  const settings = [['', ...titles]];
  let short = 0;
  for await (const { name, problem, setting, result, enough } of outcomes(some)) {
    if (results.at(-1)?.[0] !== `\`${name}\``) {
      results.push([`\`${name}\``]);
      settings.push([`\`${name}\``]);
    }
    const told = problems[problem].told(result);
    results.at(-1)?.push(enough ? told : `**${told}**`);
    settings.at(-1)?.push(`\`${code(name, setting)}\``);
    console.log(`${enough ? '' : 'NOT ENOUGH: '}${problem}: ${code(name, setting)}: ${told}`);
    if (!enough) short++;
  }
  return { short, tables: `${table(results)}\n\n${table(settings)}` };
}

const [mode, ...wanted] = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`convergence: there is no optimizer ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exitCode = 2;
} else if (mode === '--search' && wanted.length > 0) {
  await search(wanted);
} else if (mode === '--check') {
  const { short } = await run(wanted.length > 0 ? wanted : names);
  process.exitCode = short > 0 ? 1 : 0;
} else if (mode === undefined) {
  write((await run(names)).tables);
} else {
  console.error('convergence: nothing, --check [NAME…] or --search NAME…');
  process.exitCode = 2;
}
