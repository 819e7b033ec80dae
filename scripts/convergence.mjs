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

const about = `Made by \`node scripts/convergence.mjs\`, natively, on two threads, which change no bit. Goals, bold where they are missed:

- Parabola: Σ (w − minimum)² in 100 dimensions (a matrix of 10 × 10), from up to 11 away, and Rosenbrock: (1 − x)² + 100 (y − x²)² from (0, 0), 10,000 steps each: every element within 3e-2 of the minimum. Given are the largest distance at the end and the steps from which on it stays within (looked at every ten).
- XOR: 2-8-1, tanh and sigmoid, 2,000 steps with all four rows: 4 of 4 with each of three seeds.
- MNIST: 784-128-10, relu, pixels from 0 to 1: more than 0.96 of the 10,000 test images after five epochs in batches of 128; \`rprop\`, \`asgd\` and \`lbfgs\` take 200 steps with all 60,000 rows in place of that.

\`lbfgs\` makes up to 20 iterations a step, and so takes a 20th of the steps everywhere. \`sophiaG\` is told the diagonal of the Hessian of the first two; in \`fit\` nothing renews its estimate, and it goes by signs. \`asgd\` and schedule-free optimizers are judged by their averages.`;
const key =
  'With these settings; what is not named is a default. linear(1 → 0) is `schedules.linear({ learningRate: 1, startFactor: 1, endFactor: 0, steps })`, cosine(1 → 0) is `schedules.cosine({ learningRate: 1, steps, hold: true })`, with the steps of the problem (5 · 469 of MNIST).';

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
  return { short, tables: [about, table(results), key, table(settings)].join('\n\n') };
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
  const { short, tables } = await run(names);
  write(tables);
  if (short > 0) console.error(`${short} fell short`);
} else {
  console.error('convergence: nothing, --check [NAME…] or --search NAME…');
  process.exitCode = 2;
}
