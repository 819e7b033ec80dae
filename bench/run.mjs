// @ts-check
// npm run bench                       all questions
// npm run bench -- mnist door         some of them
// npm run bench -- --quick            a short version of each: to see that it works, not to quote
// npm run bench -- --json FILE        also as JSON
// npm run bench -- --html FILE        also as one page with plots
// npm run bench -- mnist --full       slow peers see all rows too: about an hour
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createContext } from './lib/context.mjs';
import { busy, machine } from './lib/machine.mjs';
import { questions } from './questions.mjs';

const usage = 'npm run bench -- [question …] [--quick] [--full] [--json FILE] [--html FILE]';

/** @param {string} problem @returns {never} */
function refuse(problem) {
  console.error(`${problem}\n${usage}\nQuestions: ${Object.keys(questions).join(', ')}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        html: { type: 'string' },
        full: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}

const { values, positionals } = options();
const unknown = positionals.filter((name) => !(name in questions));
if (unknown.length > 0) refuse(`No such question: ${unknown.join(', ')}.`);
if (values.help) {
  console.log(`${usage}\nQuestions:`);
  for (const [name, load] of Object.entries(questions)) console.log(`  ${name.padEnd(12)}${(await load()).question}`);
  process.exit(0);
}

/** All that was summed up, however deep. @param {any} value @returns {{ noisy: boolean }[]} */
function summaries(value) {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(summaries);
  return 'noisy' in value ? [value, ...below] : below;
}

/** @type {Record<string, string>} */
const where = machine();
if (busy()) where.noise = `others computed when this began (load ${where.load}): figures are worse than the machine's`;
for (const [name, value] of Object.entries(where)) console.log(`${name.padEnd(10)} ${value}`);

const context = createContext({ quick: values.quick, full: values.full });
/** @type {Record<string, { question: string, load: number[], records: any[] }>} */
const results = {};
/** @type {import('./report/page.mjs').Section[]} */
const sections = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(questions)) {
  const { question, measure, print, charts } = await questions[name]();
  console.log(`\n${question[0].toUpperCase()}${question.slice(1)}`);
  const before = loadavg()[0];
  /** @type {any[]} */
  let records;
  try {
    records = await measure(context);
  } catch (error) {
    // One question that cannot be asked here leaves the others.
    console.log(`not measured: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
    continue;
  }
  const text = print(records);
  console.log(text);
  const load = [before, loadavg()[0]];
  const measured = summaries(records);
  const noisy = measured.filter((record) => record.noisy).length;
  results[name] = { question, load, records };
  sections.push({ name, question, text, load, noisy, measured: measured.length, charts: charts?.(records) ?? [] });
}
const versions = Object.values(results)
  .flatMap(({ records }) => records)
  .flatMap(({ name, version }) => (version ? [`${name} ${version}`] : []));
if (versions.length > 0) where.peers = [...new Set(versions)].join(', ');
// Where they could not be measured, the question that needed them has said so.
const clock = (await context.measuredLimits()?.catch(() => undefined))?.clock;
if (clock) where.clock = `${clock.best.toFixed(2)} GHz measured; ${where.clock}`;

if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: where, results }, null, 2)}\n`);
if (values.html) {
  const { page } = await import('./report/page.mjs');
  const { rooflines } = await import('./report/roofline.mjs');
  const recorded = JSON.parse(readFileSync(new URL('./peers.json', import.meta.url), 'utf8'));
  if (results.limits && results.products) {
    const own = sections.find(({ name }) => name === 'products');
    if (own) own.charts = [...rooflines(results.limits.records[0], results.products.records), ...own.charts];
  }
  writeFileSync(values.html, page({ machine: where, sections, recorded }));
}
